/**
 * Edges that no network brings about, and why. They stand in the chart for what is sent to it out of turn,
 * and are taken through the interpreter only.
 */

const TOLD_FIRST = 'a stream needs a connection, and of that the chart is told first'
const NO_EVENT = 'who makes room for others is dropped at once, without an event'
const HAS_VERDICT = 'whoever waited has a verdict by then, and nobody waits any more'
const NO_EXCHANGE = 'no stream is open on which anybody could refuse'
const LOADED_FIRST = 'what is remembered is loaded before anybody can want the peer'

export const NOT_PRODUCED: Readonly<Record<string, string>> = {
  'discovered.idle on slot.granted [isInbound] -> handshaking.responding': TOLD_FIRST,
  'discovered.queued on slot.granted [isInbound] -> handshaking.responding': TOLD_FIRST,
  'discovered.coolingDown on slot.granted [isInbound] -> handshaking.responding': TOLD_FIRST,
  'rejected.disconnected on slot.granted [isInbound] -> handshaking.responding': TOLD_FIRST,
  'discovered.queued on slot.granted [isUsable] -> connected.promoting':
    'of a connection that can be used the chart has been told',
  'discovered.idle on peer.forgotten -> forgotten': NO_EVENT,
  'discovered.queued on peer.forgotten -> forgotten': NO_EVENT,
  'discovered.coolingDown on peer.forgotten -> forgotten': NO_EVENT,
  'rejected.disconnected on peer.forgotten -> forgotten': NO_EVENT,
  'discovered.queued on peer.restored [isOfTheNetwork] -> discovered.coolingDown': LOADED_FIRST,
  'discovered.queued on peer.restored -> rejected.disconnected': LOADED_FIRST,
  'discovered.coolingDown on peer.unwanted -> stays': HAS_VERDICT,
  'connected.coolingDown on peer.unwanted -> stays': HAS_VERDICT,
  'authorized on peer.unwanted -> stays': HAS_VERDICT,
  'rejected.connected on peer.unwanted -> stays': HAS_VERDICT,
  'rejected.disconnected on peer.unwanted -> stays': HAS_VERDICT,
  'handshaking.yielding on handshake.refused [isCurrentAndBans] -> rejected.connected': NO_EXCHANGE,
  'handshaking.yielding on handshake.refused [isCurrentAndCloses] -> rejected.connected':
    NO_EXCHANGE,
  'handshaking.yielding on handshake.refused [isCurrent] -> rejected.connected': NO_EXCHANGE,
  'connected.promoting on handshake.refused [isCurrentAndBans] -> rejected.connected':
    'before our stream is open the peer has said nothing that bans it',
  'handshaking.securing on connection.closed -> ignored':
    'of the end of another connection only a chart hears that counts itself as connected',
  'authorized on handshake.offered -> stays':
    'a stream of a peer that is authorized is a request, and no offer'
}
