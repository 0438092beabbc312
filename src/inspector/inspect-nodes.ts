import { InvalidOptionsError } from '../errors.ts'
import { inspectableOf } from '../inspectable.ts'
import { readInspectInit } from './inspect-options.ts'
import { LiveNodes } from './live-nodes.ts'
import { serve } from './server.ts'
import type { PeerLifecycle } from '../interface.ts'
import type { InspectInit, Inspector } from './inspector.ts'

/**
 * Serves a page on which these nodes are watched, in a browser on this machine: see `peers.inspect()`, which
 * does it for one. A node that stops is shown as it was; the inspector stays until `close()`.
 *
 * @param nodes - The services by the names under which they are shown
 * @throws InvalidOptionsError that says what was expected and what was given
 * @throws InspectorError if the port is taken, or this is no Node.js
 *
 * @example
 *
 * ```ts
 * const inspector = await inspectNodes({ alice: alice.services.peers, bob: bob.services.peers })
 * console.log(inspector.url)
 * ```
 */
export async function inspectNodes(
  nodes: Readonly<Record<string, PeerLifecycle>>,
  init?: InspectInit
): Promise<Inspector> {
  const options = readInspectInit(init)
  const shown = new Map(Object.entries(nodes).map(([name, it]) => [name, inspectableOf(it)]))
  const [first] = shown.values()
  if (first === undefined) throw new InvalidOptionsError('Expected a node to inspect, got none')
  const { clock } = first
  return serve({ exhibit: new LiveNodes(shown, clock), options, clock })
}
