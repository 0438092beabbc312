import { FAITHFUL, isStray, MEMBERS, STRAYS } from '../../examples/chain-node/members.ts'
import type { Attempt } from '../../examples/chain-node/doors.ts'
import type { Member } from '../../examples/chain-node/members.ts'
import type { NodeReport } from '../../examples/chain-node/orders.ts'
import type { Outcome } from '../../examples/chain-node/recount.ts'

/** The peer id of a member, in these outcomes. */
export const idOf = (name: Member): string => `id of ${name}`

const KINDS = ['connect', 'call', 'forced call'] as const
const others = (name: Member): Member[] => FAITHFUL.filter((other) => other !== name)

function attemptsOf(name: Member): Attempt[] {
  const doors: Member[] = isStray(name) ? [...FAITHFUL] : [...STRAYS, ...others(name).slice(0, 1)]
  return doors.flatMap((door) =>
    KINDS.map((kind): Attempt => {
      const isFriend = !isStray(name) && !isStray(door)
      const bytes = isFriend && kind !== 'connect' ? 100 : 0
      return { kind, peer: idOf(door), answer: isFriend ? 'answered' : 'incompatible', bytes }
    })
  )
}

function reportOf(name: Member): NodeReport {
  const peers = isStray(name) ? [] : others(name).map(idOf)
  const traffic = { streams: 2, received: 300, sent: 200, calls: 3 }
  return {
    name,
    peer: idOf(name),
    addresses: [],
    number: 32,
    hash: isStray(name) ? `0x${name}` : '0xfeed',
    transactions: 2,
    hashes: isStray(name) ? [] : ['0x01', '0x02'],
    peers,
    nextForks: Object.fromEntries(peers.map((peer) => [peer, 0])),
    gossip: peers,
    refusedStreams: isStray(name) ? 0 : 1,
    traffic: Object.fromEntries(peers.map((peer) => [peer, traffic])),
    attempts: attemptsOf(name),
    farewells: []
  }
}

/** An outcome as it has to be, but for what is given: it replaces what the member of that name has reported. */
export function outcome(doctored: Partial<Record<Member, Partial<NodeReport>>> = {}): Outcome {
  const reports = MEMBERS.map((name) => ({ ...reportOf(name), ...doctored[name] }))
  return { reports, submitted: ['0x01', '0x02'], goal: 30 }
}
