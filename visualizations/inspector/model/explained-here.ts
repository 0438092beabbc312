import { dialReasonOf, inWords } from '../../../src/peers/explanation.ts'
import { REMEMBERED_REFUSALS } from '../../../src/refusals.ts'
import type { Explained } from './explained.ts'
import type { PeerNow, Step } from './scene.ts'
import type { Story } from './story.ts'
import type { PeerExplanation } from '../../../src/peers/explanation.ts'
import type { PeerRefusal } from '../../../src/refusals.ts'

/**
 * Why a peer is where it is, from what is shown: of a recording and of the past no node can be asked. The words are
 * those that a node would say.
 */
export function explainedHere(story: Story, key: string): Explained | undefined {
  const { scene } = story
  const peer = scene.peers.get(key)
  if (peer === undefined) return undefined
  const clock = { epoch: () => scene.now }
  return { key, isFromNode: false, text: inWords(toldOf(peer, story), clock) }
}

type Told = Parameters<typeof inWords>[0]
type Word = PeerExplanation['reason']

function toldOf(peer: PeerNow, story: Story): Told {
  const { key, path, since, reason, by, detail, until, failures } = peer
  const dial = dialReasonOf(path, () => whyQueued(peer, story))
  const word = (reason ?? (path === 'authorized' ? undefined : dial)) as Word
  const slot = slotOf(peer, story)
  const refusals = story
    .stepsOf(key)
    .filter(({ kind }) => kind === 'refusal')
    .slice(-REMEMBERED_REFUSALS)
  return {
    peer: peer.peer,
    state: peer.state as Told['state'],
    path: path as Told['path'],
    since,
    ...(slot !== undefined && { slot }),
    connections: { inbound: 0, outbound: 0 },
    ...(word !== undefined && { reason: word }),
    ...(by !== undefined && { by: by as NonNullable<Told['by']> }),
    ...(detail !== undefined && { detail }),
    ...(reason !== undefined && until !== undefined && { retryAt: until }),
    failures,
    limits: [],
    refusals: refusals.map(refusalOf),
    history: []
  }
}

/** What the node told of the first of its queue. */
function whyQueued({ node, peer }: PeerNow, { scene }: Story): Word {
  const next = scene.nodes[node]?.status?.next
  return next?.find((waiting) => waiting.peer === peer)?.why as Word
}

function slotOf(peer: PeerNow, { scene }: Story): Told['slot'] {
  const { node, session, heldSince, direction, priority = 'requested' } = peer
  if (heldSince === undefined) return undefined
  const known = scene.nodes[node]?.status?.slots.find((slot) => slot.session === session)
  // of a recording only the wish is known, from which the kind follows but for trusted peers and upgrades
  const kind = known?.kind ?? (direction === 'inbound' ? 'inbound' : priority)
  return { kind: kind as NonNullable<Told['slot']>['kind'], session, since: heldSince }
}

const refusalOf = ({ at, door, direction, reason, by, peer }: Step): PeerRefusal =>
  ({ at, door, direction, reason, by, peer }) as PeerRefusal
