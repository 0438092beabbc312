import type { JSX } from 'preact'
import { useCallback, useState } from 'preact/hooks'
import { MapView } from './views/map-view.tsx'
import { PeerView } from './views/peer-view.tsx'
import { PeersView } from './views/peers-view.tsx'
import { Shell } from './views/shell.tsx'
import { SlotsView } from './views/slots-view.tsx'
import { Tape } from './model/tape.ts'
import type { Choice, Choose } from './model/choice.ts'

const story = new Tape()

/** The page. */
export function App(): JSX.Element {
  const [choice, setChoice] = useState<Choice>({ view: 'map', theme: 'system' })
  const choose: Choose = useCallback((change) => {
    setChoice((was) => ({ ...was, ...change }) as Choice)
  }, [])
  const props = { story, version: story.scene.version, choice, choose }
  return (
    <Shell
      {...props}
      feed={{ state: 'connecting' }}
      openFile={() => {}}
      cancelFile={() => {}}
      leaveFile={() => {}}
      retry={() => {}}
    >
      {choice.view === 'map' && <MapView {...props} />}
      {choice.view === 'peers' && <PeersView {...props} />}
      {choice.view === 'peer' && <PeerView {...props} explained={undefined} />}
      {choice.view === 'slots' && <SlotsView {...props} />}
    </Shell>
  )
}
