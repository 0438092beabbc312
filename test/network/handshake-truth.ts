/**
 * Every way to shake hands that can go wrong, and what comes of it. Written by hand, from the protocol, the
 * dispositions and what the ready-made handshakes promise.
 *
 * "dialer" and "listener": what `connect()` rejects with and what `explain()` says at the other side, the
 * word and who said it; "told": the REJECT that a peer in the hands of the test was sent. The last two
 * columns: where each side that runs this library has the other afterwards, and what has become of the
 * connection. A peer that is "unknown" has left no trace, and so no word.
 */
const TRUTH = `
fault            | at fault | dialer                          | listener                        | on a stream                   | in a channel
-----------------|----------|---------------------------------|---------------------------------|-------------------------------|----------------------------------
right chain      | nobody   | authorized                      | authorized                      | authorized, stands            | authorized, stands
wrong chain      | dialer   | incompatible by remote          | incompatible by local           | rejected.disconnected, closed | rejected.disconnected, never open
wrong chain      | listener | incompatible by local           | incompatible by remote          | rejected.disconnected, closed | rejected.disconnected, never open
wrong fork       | dialer   | incompatible by remote          | incompatible by local           | rejected.disconnected, closed | rejected.disconnected, never open
wrong fork       | listener | incompatible by local           | incompatible by remote          | rejected.disconnected, closed | rejected.disconnected, never open
old version      | dialer   | unsupported-version by remote   | unsupported-version by local    | rejected.disconnected, closed | rejected.disconnected, never open
old version      | listener | unsupported-version by local    | unsupported-version by remote   | rejected.disconnected, closed | rejected.disconnected, never open
not on the list  | dialer   | not-allowed by remote           | not-allowed by local            | rejected.connected, stands    | rejected.disconnected, never open
not on the list  | listener | not-allowed by local            | not-allowed by remote           | rejected.connected, stands    | rejected.disconnected, never open
wrong secret     | dialer   | authentication-failed by remote | authentication-failed by local  | rejected.disconnected, closed | rejected.disconnected, never open
wrong secret     | listener | authentication-failed by local  | authentication-failed by remote | rejected.disconnected, closed | rejected.disconnected, never open
forged signature | dialer   | told authentication-failed      | authentication-failed by local  | rejected.disconnected, closed | rejected.disconnected, never open
forged signature | listener | authentication-failed by local  | told authentication-failed      | rejected.disconnected, closed | rejected.disconnected, never open
replayed         | dialer   | told authentication-failed      | authentication-failed by local  | rejected.disconnected, closed | rejected.disconnected, never open
replayed         | listener | authentication-failed by local  | told authentication-failed      | rejected.disconnected, closed | rejected.disconnected, never open
relayed          | dialer   | told authentication-failed      | authentication-failed by local  | rejected.disconnected, closed | rejected.disconnected, never open
relayed          | listener | authentication-failed by local  | told authentication-failed      | rejected.disconnected, closed | rejected.disconnected, never open
reflected nonce  | dialer   | told self                       | self by local                   | rejected.disconnected, closed | rejected.disconnected, never open
reflected nonce  | listener | self by local                   | told self                       | rejected.disconnected, closed | rejected.disconnected, never open
reflected proof  | dialer   | told authentication-failed      | authentication-failed by local  | rejected.disconnected, closed | rejected.disconnected, never open
reflected proof  | listener | authentication-failed by local  | told authentication-failed      | rejected.disconnected, closed | rejected.disconnected, never open
silent           | dialer   | told timeout                    | timeout by local                | rejected.connected, stands    | unknown, never open
silent           | listener | timeout by local                | told timeout                    | rejected.connected, stands    | rejected.disconnected, never open
garbage          | dialer   | told protocol-violation         | protocol-violation by local     | rejected.disconnected, closed | rejected.disconnected, never open
garbage          | listener | protocol-violation by local     | told protocol-violation         | rejected.disconnected, closed | rejected.disconnected, never open
`

/**
 * What comes of a dial that is not our scheduler's, in a secure channel: its error, and what each side keeps
 * in mind. Without a slot it is only what closes connections; of any other word a stranger leaves no trace.
 */
const VISITING = `
fault           | at fault | message                                      | dialer                         | listener
----------------|----------|----------------------------------------------|--------------------------------|-------------------------------
wrong chain     | dialer   | The peer refused us: incompatible            | incompatible by remote         | incompatible by local
wrong chain     | listener | The peer was refused: incompatible           | incompatible by local          | incompatible by remote
wrong fork      | dialer   | The peer refused us: incompatible            | incompatible by remote         | incompatible by local
wrong fork      | listener | The peer was refused: incompatible           | incompatible by local          | incompatible by remote
old version     | dialer   | The peer refused us: unsupported-version     | unsupported-version by remote  | unsupported-version by local
old version     | listener | The peer was refused: unsupported-version    | unsupported-version by local   | unsupported-version by remote
not on the list | dialer   | The peer refused us: not-allowed             | nothing                        | nothing
not on the list | listener | The peer was refused: not-allowed            | nothing                        | nothing
wrong secret    | dialer   | The peer refused us: authentication-failed   | nothing                        | authentication-failed by local
wrong secret    | listener | The peer was refused: authentication-failed  | authentication-failed by local | nothing
`

/** Where a handshake runs. */
export type Place = 'stream' | 'channel'

export type Side = 'dialer' | 'listener'

/** One line of the table. */
export interface Row {
  readonly fault: string
  readonly at: Side | 'nobody'
  readonly ends: Readonly<Record<Side, string>>
  readonly left: Readonly<Record<Place, { readonly path: string; readonly connection: string }>>
}

/** The whole table, line by line. */
export const ROWS: readonly Row[] = linesOf(TRUTH).map(
  ([fault = '', at = '', dialer = '', listener = '', onStream = '', inChannel = '']) => ({
    fault,
    at: at as Row['at'],
    ends: { dialer, listener },
    left: { stream: leftOf(onStream), channel: leftOf(inChannel) }
  })
)

export const VISITS = linesOf(VISITING).map(
  ([fault = '', at = '', message = '', dialer = '', listener = '']) => {
    return { fault, at: at as Side, message, dialer, listener }
  }
)

function linesOf(table: string): string[][] {
  const lines = table.trim().split('\n').slice(2)
  return lines.map((line) => line.split('|').map((column) => column.trim()))
}

function leftOf(column: string): Row['left'][Place] {
  const [path = '', connection = ''] = column.split(', ')
  return { path, connection }
}
