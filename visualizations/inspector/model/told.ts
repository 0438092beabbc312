import type { RecordedLine } from '../../../src/inspector/read-recording.ts'
import type { Opener, Status } from './scene.ts'

/** A connection as a `peer` line tells it. */
export interface ToldConnection {
  readonly id: string
  readonly opener: Opener
  readonly limited?: boolean | undefined
  readonly address?: string | undefined
}

interface ConnectionLine extends ToldConnection {
  readonly type: 'connection'
  readonly seq: number
  readonly at: number
  readonly peer: string
  readonly what: 'opened' | 'closed'
}

export interface RefusalLine {
  readonly type: 'refusal'
  readonly seq: number
  readonly at: number
  readonly peer: string
  readonly door: string
  readonly direction: string
  readonly reason: string
  readonly by: string
  readonly detail?: string | undefined
  readonly omitted?: number | undefined
}

/** What the state of all things at a beginning says beside path and context. */
interface ToldPeer {
  readonly since?: number | undefined
  readonly held?: number | undefined
  readonly connections?: readonly ToldConnection[] | undefined
}

type Of<Type> = Extract<RecordedLine, { type: Type }>

export type HeadLine = Of<'recording'>
export type PeerLine = Of<'peer'> & ToldPeer
export type MoveLine = Of<'move'>

/** What has a number. */
export type StepLine = MoveLine | Of<'forgotten'> | Of<'mode'> | ConnectionLine | RefusalLine

/** The present of a node, in its own milliseconds. */
export interface StatusLine extends Status {
  readonly type: 'status'
  readonly epoch: number
}

/** One line of a node's stream, or of a recording, as it was read. */
export type Told = HeadLine | PeerLine | StepLine | StatusLine
