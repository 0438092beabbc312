/**
 * What peers do and why, to be watched on a page in a browser, live, and what a node's recording tells: the
 * same decisions, made again by the same charts.
 *
 * @packageDocumentation
 */

export { inspectNodes } from './inspect-nodes.ts'
export { replayRecording } from './replay.ts'
export { InspectorError, RecordingError } from '../errors.ts'

export type { Divergence } from './divergence.ts'
export type { InspectInit, Inspector } from './inspector.ts'
export type { Replay } from './replay.ts'
