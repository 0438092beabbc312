/**
 * Faults that a check has to find. Each is a text that stands in a module of the library and another one
 * that is put in its place while the module is loaded, in a process of its own: the library itself has no
 * back door. A fault of several layers has an entry for each of them, under the same name.
 */

export const FAULT_NAMES = [
  'double-release',
  'no-generation-check',
  'no-crossing-rule',
  'gate-open-in-handshaking'
] as const

export type FaultName = (typeof FAULT_NAMES)[number]

export interface SeededFault {
  readonly name: FaultName
  /** From the root of the project. */
  readonly file: string
  /** Stands in the file exactly once. */
  readonly find: string
  readonly replace: string
}

export const SEEDED_FAULTS: readonly SeededFault[] = [
  // a slot is given back twice, and the second time it is somebody else's
  {
    name: 'double-release',
    file: 'machines/peer-session.ts',
    find: "const LEAVE = ['releaseSlot', 'untag'] as const",
    replace: "const LEAVE = ['releaseSlot', 'releaseSlot', 'untag'] as const"
  },
  {
    name: 'double-release',
    file: 'machines/slots.ts',
    find: `const slot = this.#held.get(session)
    if (slot === undefined) return false
    this.#remove(slot)`,
    replace: `const slot = this.#held.get(session) ?? this.list()[0]
    if (slot === undefined) return false
    this.#remove(slot)`
  },
  // answers of earlier sessions are taken for answers of this one
  {
    name: 'no-generation-check',
    file: 'machines/peer-verdicts.ts',
    find: "'session' in event && event.session === context.session",
    replace: "'session' in event && context.session > 0"
  },
  {
    name: 'no-generation-check',
    file: 'src/handshake/protocol.ts',
    find: 'const isCurrent = (): boolean => this.#sessions.get(peer) === session',
    replace: 'const isCurrent = (): boolean => this.#sessions.has(peer) || session.number > 0'
  },
  // each of two initiators takes itself for the one that stays it
  {
    name: 'no-crossing-rule',
    file: 'src/crossing.ts',
    find: 'const at = ours.findIndex((byte, i) => byte !== theirs[i])',
    replace: `if (ours.length > 0) return true
  const at = ours.findIndex((byte, i) => byte !== theirs[i])`
  },
  // streams pass as soon as a handshake is under way
  {
    name: 'gate-open-in-handshaking',
    file: 'src/doors.ts',
    find: "if (path === 'authorized') return 'authorized'",
    replace:
      "if (path === 'authorized' || path?.startsWith('handshaking.') === true) return 'authorized'"
  }
]
