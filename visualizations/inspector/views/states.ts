import { STATES as READ } from 'virtual:chart'
import type { ChartState } from '../../chart.ts'

/** All states of the peer's chart, in the order of the machine, as they were read when the page was built. */
export const STATES: readonly ChartState[] = READ

/** Those of the top level that a peer can be in. */
export const TOPS: readonly ChartState[] = STATES.filter(
  ({ parent, isFinal }) => parent === undefined && !isFinal
)
