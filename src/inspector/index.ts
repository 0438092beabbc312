/**
 * What a node's recording tells: the same decisions, made again by the same charts.
 *
 * @packageDocumentation
 */

export { replayRecording } from './replay.ts'
export { RecordingError } from '../errors.ts'

export type { Divergence, Replay } from './replay.ts'
