/** Every number and name of the demo, in one place. Times are in milliseconds. */

/** Slots of every node that runs our service: so few that they run out. */
export const MAX_PEERS = 4

/** Slots that peers who come by themselves may fill: what discovery (a third, at least one) leaves. */
export const INBOUND_LIMIT = 3

/** Fifteen honest nodes. The first is an archive: its application asks for every peer it hears of. */
export const TREES =
  'alder birch cedar elder fir hazel juniper larch maple oak pine rowan spruce walnut yew'.split(
    ' '
  )

/** Three nodes of another chain: same DHT, same protocol ids, and a handshake that says another genesis. */
export const STONES = ['basalt', 'flint', 'granite']

/** Speaks the id of the handshake and never says a word on it. */
export const SILENT = 'sphinx'

/** Plain libp2p with DHT, gossip and the application, but without our service. Everybody bootstraps from it. */
export const STOCK = 'stock'

export const TREE_CHAIN = { chainId: 7, genesis: '0x7e57ab1e' }
export const STONE_CHAIN = { chainId: 8, genesis: '0x57012e00' }

export const PREFIX = '/grove'
export const LIFECYCLE_PROTOCOL = `${PREFIX}/peer-lifecycle/1.0.0`
export const DHT_PROTOCOL = `${PREFIX}/kad/1.0.0`

/** Answers a height with the header of that block. Gated, as everything is that is not named as open. */
export const HEADER_PROTOCOL = `${PREFIX}/header/1.0.0`

/** New heads are gossiped here. */
export const HEADS_TOPIC = `${PREFIX}/heads`

/** Shorter than the default of 5 s, so that the silent node does not make the demo wait. */
export const HANDSHAKE_TIMEOUT = 3_000

/** How often a DHT looks for its neighbours: not every five minutes, nobody would stay to see it. */
export const SELF_QUERY = 5_000

/** Between two rounds of traffic: one new head, a few requests, and everything that must not work. */
export const ROUND = 1_000

/** The network is settled if nobody's authorization changed for so long and no handshake is under way. */
export const QUIET = 1_500

/** A network that is not settled by then is recounted as it is. */
export const SETTLE_DEADLINE = 40_000

/** Any single stream of the application, wanted or not, is given up after this time. */
export const STREAM_DEADLINE = 4_000

/** How long gossipsub may take from the arrival of a message to handing it over. */
export const VALIDATION = 250

/** How long libp2p may take to bring a fresh stream to the gate. */
export const NEGOTIATION = 2_000

/** Rounds of traffic on the settled network before it is recounted. */
export const ROUNDS_WHEN_SETTLED = 2

/** How often the live table is drawn, and the laws that hold at every moment are looked at. */
export const LOOK = 150

/** In a demo that keeps running, an honest node lets one of its peers go every so often. */
export const FAREWELL_INTERVAL = 10_000

/** Promises that are not settled this long after the nodes have stopped never will be. */
export const STOP_DEADLINE = 5_000

/** Decisions that every node keeps: more than it takes in some minutes. */
export const RECORDED = 10_000
