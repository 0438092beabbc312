import { CURRENT } from './peer-chart.ts'
import type { ChartEvent } from './peer-chart.ts'

/** When everything happens, and the luck that is had. */
export const MOMENT = { at: 0, luck: 0.5 } as const
/** Long enough after it that a session has lasted. */
export const LATE = { at: 60_000, luck: 0.5 } as const
/** Events that follow from others within the node. */
export const INNER = {
  opened: { key: 0, event: () => ({ type: 'connection.opened' }) },
  closed: { key: 1, event: () => ({ type: 'connection.closed', ...MOMENT }) },
  granted: { key: 2, event: grant('outbound', false) },
  adopted: { key: 3, event: grant('outbound', true) },
  admitted: { key: 4, event: grant('inbound', true) },
  secured: { key: 5, event: grant('inbound', false) },
  returned: { key: 6, event: () => ({ type: 'network.returned' }) },
  drained: {
    key: 7,
    event: () => ({ type: 'peer.dismissed', reason: 'shutting-down', ...MOMENT })
  },
  offeredToWin: { key: 8, event: () => offered(true) },
  offeredToLose: { key: 9, event: () => offered(false) },
  dialed: { key: 10, event: () => ({ type: 'dial.succeeded', session: CURRENT }) }
} as const satisfies Record<string, { key: number; event: ChartEvent }>

function grant(direction: 'inbound' | 'outbound', usable: boolean): ChartEvent {
  return () => ({ type: 'slot.granted', direction, usable, session: CURRENT + 1 })
}

const offered = (wins: boolean) => ({ type: 'handshake.offered', session: CURRENT, wins }) as const
