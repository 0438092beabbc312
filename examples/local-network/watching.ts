import { inspectNodes } from '../../src/inspector/index.ts'
import type { Inspector } from '../../src/inspector/index.ts'
import type { Member } from './network.ts'

/** Serves a page on which all nodes with our service are watched, by the names of the table. */
export async function inspectMembers(members: readonly Member[]): Promise<Inspector> {
  const watched = members.flatMap(({ name, peers }) => (peers ? [[name, peers] as const] : []))
  return inspectNodes(Object.fromEntries(watched))
}
