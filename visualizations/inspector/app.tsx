import { useCallback, useEffect, useErrorBoundary, useMemo, useRef, useState } from 'preact/hooks'
import { headlineOf } from '../../src/printable.ts'
import { realClock } from '../../src/real-clock.ts'
import { fragmentOf, readAddress } from './model/address.ts'
import { Session } from './model/session.ts'
import { MapView } from './views/map-view.tsx'
import { Notice } from './views/notice.tsx'
import { PeerView } from './views/peer-view.tsx'
import { PeersView } from './views/peers-view.tsx'
import { Shell } from './views/shell.tsx'
import { SlotsView } from './views/slots-view.tsx'
import type { ComponentChildren, JSX } from 'preact'
import type { Address } from './model/address.ts'
import type { Choice, Choose, View } from './model/choice.ts'
import type { ShellProps, ViewProps } from './views/props.ts'

/** The page: what is looked at, and what the reader has chosen to see of it. */
export function App(): JSX.Element {
  const [{ token, choice }, setAddress] = useAddress()
  const session = useSession(token)
  useTheme(choice.theme)
  useDrop(session)
  const chosen = useRef({ token, choice, setAddress })
  chosen.current = { token, choice, setAddress }
  // stays the same function, so that what did not change need not be drawn anew
  const choose: Choose = useCallback((change) => {
    const { choice: before, setAddress: go, token: same } = chosen.current
    go({ token: same, choice: changed(before, change) })
  }, [])
  const { story, feed } = session
  const acts = useMemo(() => actsOf(session), [session])
  const props = { story, version: story.scene.version, choice, choose }
  return (
    <Shell {...props} feed={feed} {...acts}>
      <Contained key={choice.view}>{viewOf(choice.view, props, session)}</Contained>
    </Shell>
  )
}

function actsOf(
  session: Session
): Pick<ShellProps, 'openFile' | 'cancelFile' | 'leaveFile' | 'retry'> {
  return {
    openFile: (file) => session.openFile(file),
    cancelFile: () => session.cancelFile(),
    leaveFile: () => session.leaveFile(),
    retry: () => session.retry()
  }
}

function viewOf(view: View, props: ViewProps, session: Session): JSX.Element {
  if (view === 'peers') return <PeersView {...props} />
  if (view === 'slots') return <SlotsView {...props} />
  if (view === 'map') return <MapView {...props} />
  const { peer } = props.choice
  return <PeerView {...props} explained={peer === undefined ? undefined : session.explain(peer)} />
}

/** A view that fails takes nothing else with it, and says so. */
function Contained({ children }: { readonly children: ComponentChildren }): JSX.Element {
  const [error, again] = useErrorBoundary() as [unknown, () => void]
  if (error === undefined) return <>{children}</>
  return (
    <Notice title="This view could not be drawn" mood="bad">
      <p>{headlineOf(error)}</p>
      <button type="button" onClick={again}>
        Draw it again
      </button>
    </Notice>
  )
}

function changed(choice: Choice, change: Parameters<Choose>[0]): Choice {
  const all = Object.entries({ ...choice, ...change }).filter(([, value]) => value !== undefined)
  return Object.fromEntries(all) as unknown as Choice
}

/** The address of the page: another view is another entry of its history, another filter is not. */
function useAddress(): [Address, (address: Address) => void] {
  const [address, setAddress] = useState(() => readAddress(location.hash))
  useEffect(() => {
    const follow = (): void => setAddress(readAddress(location.hash))
    addEventListener('hashchange', follow)
    return () => removeEventListener('hashchange', follow)
  }, [])
  const go = (next: Address): void => {
    const url = `${location.pathname}${fragmentOf(next)}`
    const { view, peer } = address.choice
    if (view === next.choice.view && peer === next.choice.peer) history.replaceState(null, '', url)
    else history.pushState(null, '', url)
    setAddress(next)
  }
  return [address, go]
}

/** What is looked at, drawn anew at most once a frame. */
function useSession(token: string | undefined): Session {
  const [, draw] = useState(0)
  const [frames] = useState(() => new Frames(() => draw((times) => times + 1)))
  const [session, setSession] = useState(() => sessionOf(token, frames))
  const [opened, setOpened] = useState(token)
  if (opened !== token) {
    // the new URL of a node that was restarted, put into the same tab
    setOpened(token)
    setSession(sessionOf(token, frames))
  }
  useEffect(() => {
    session.start()
    return () => session.stop()
  }, [session])
  return session
}

const sessionOf = (token: string | undefined, frames: Frames): Session =>
  new Session({
    token,
    clock: realClock(),
    fetch: (...of) => fetch(...of),
    rest,
    onChange: () => frames.ask()
  })

/** Not a timer: those of a page that is not seen go once a second. */
async function rest(): Promise<void> {
  const { port1, port2 } = new MessageChannel()
  await new Promise((resolve) => {
    port1.addEventListener('message', resolve, { once: true })
    port1.start()
    port2.postMessage(undefined)
  })
  port1.close()
}

/** Draws once a frame, however often it is asked to. */
class Frames {
  #isAsked = false
  readonly #draw: () => void

  constructor(draw: () => void) {
    this.#draw = draw
  }

  ask(): void {
    if (this.#isAsked) return
    this.#isAsked = true
    requestAnimationFrame(() => {
      this.#isAsked = false
      this.#draw()
    })
  }
}

function useTheme(theme: Choice['theme']): void {
  useEffect(() => {
    const { dataset } = document.documentElement
    if (theme === 'system') delete dataset['theme']
    else dataset['theme'] = theme
  }, [theme])
}

/** A file that is dropped anywhere on the page is opened. */
function useDrop(session: Session): void {
  useEffect(() => {
    const over = (event: DragEvent): void => event.preventDefault()
    const drop = (event: DragEvent): void => {
      event.preventDefault()
      const file = event.dataTransfer?.files[0]
      if (file !== undefined) session.openFile(file)
    }
    addEventListener('dragover', over)
    addEventListener('drop', drop)
    return () => {
      removeEventListener('dragover', over)
      removeEventListener('drop', drop)
    }
  }, [session])
}
