import { nameOf, printable } from '../printable.ts'
import { Relay } from '../inspector/relay.ts'
import { Remote, RemoteStream } from '../inspector/remote-stream.ts'
import { realClock } from '../real-clock.ts'
import { show } from './show.ts'
import type { Shell } from './shell.ts'

/** Shows the nodes of a running process until Ctrl-C, and waits for it while it is away. */
export async function attach(url: string, port: number, shell: Shell): Promise<number> {
  const remote = new Remote(url)
  shell.print(await greeting(remote))
  const clock = realClock()
  await show(new Relay(remote, clock), clock, port, shell)
  return 0
}

/**
 * Who is there.
 *
 * @throws Error if the other process is there and says no
 */
async function greeting(remote: Remote): Promise<string> {
  const seen = new AbortController()
  try {
    for await (const { name, data } of new RemoteStream(remote, undefined, seen.signal)) {
      if (name !== 'nodes') continue
      const { nodes } = JSON.parse(data) as { nodes: { name: string }[] }
      return `Attached to ${remote.origin}: ${printable(nodes.map(({ name: it }) => it).join(', '))}`
    }
    return `${remote.origin} has told nothing yet`
  } catch (error) {
    if (nameOf(error) !== 'UnreachableError') throw error
    return `Nobody answers at ${remote.origin}: it is tried again until somebody does`
  } finally {
    seen.abort()
  }
}
