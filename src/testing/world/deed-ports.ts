import type { Law } from './laws.ts'
import type { Links } from './links.ts'
import type { Member } from './member.ts'
import type { Resident } from './resident.ts'
import type { Villain } from './villain.ts'
import type { Clock } from '../../clock.ts'

/** What is needed to carry deeds out. */
export interface DeedPorts {
  readonly clock: Clock
  readonly links: Links
  readonly members: ReadonlyMap<number, Member>
  readonly resident: (index: number) => Resident
  readonly villain: (index: number) => Villain
  readonly complain: (resident: Resident, law: Law, what: string, peer?: string) => void
}
