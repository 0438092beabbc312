import type { RecordedLine } from '../../../src/inspector/read-recording.ts'
import type { Status } from './scene.ts'

type Of<Type> = Extract<RecordedLine, { type: Type }>

export type HeadLine = Of<'recording'>
export type PeerLine = Of<'peer'>
export type MoveLine = Of<'move'>
export type ConnectionLine = Of<'connection'>
export type RefusalLine = Of<'refusal'>

/** What has a number. */
export type StepLine = Exclude<RecordedLine, HeadLine | PeerLine>

/** The present of a node: `at` by its own clock, all else since the epoch. */
export interface StatusLine extends Status {
  readonly type: 'status'
  readonly epoch: number
}

/** One line of a node's stream, or of a recording, as it was read. */
export type Told = RecordedLine | StatusLine
