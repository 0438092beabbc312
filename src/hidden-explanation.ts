import { inWords } from './peers/explanation.ts'
import type { Clock } from './clock.ts'
import type { PeerExplanation } from './peers/explanation.ts'
import type { ShownPeer } from './recorder/redaction.ts'

/** The same explanation with the peer as it is shown, and nothing that it or an error has said. */
export function hiddenExplanation(
  { text: _text, detail: _detail, ...explanation }: PeerExplanation,
  show: ShownPeer,
  clock: Clock
): PeerExplanation {
  const peer = show(explanation.peer)
  const told = {
    ...explanation,
    peer,
    refusals: explanation.refusals.map(({ ip: _ip, detail: _said, ...refusal }) => ({
      ...refusal,
      peer
    })),
    history: explanation.history.map(({ detail: _said, ...step }) => step)
  }
  return { ...told, text: inWords(told, clock) }
}
