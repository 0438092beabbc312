/** What the pictures show, in words, for who cannot see them. */

export const LIFE =
  'The life of a peer. A peer that is discovered and wanted waits in a queue. With a slot it is dialing, connected, handshaking and, when both sides have accepted, authorized. A refusal, a goodbye or a deadline leads to rejected, and the end of the cool-down back to discovered or connected.'

export const MODES =
  'The modes of the dial scheduler. It is stopped, then filling while there are free slots, full while there are none, offline while the network seems gone, and draining before the node stops.'

export function nearTitle(top: string): string {
  return `From near: what leads out of ${top}, and what is done on the way.`
}
