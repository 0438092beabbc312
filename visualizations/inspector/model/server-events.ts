import { printable } from '../../../src/printable.ts'
import { createParser } from 'eventsource-parser'
import { readTold } from './read-told.ts'
import type { NodeName } from './tape.ts'
import type { Told } from './told.ts'

/** What the server says. */
export interface Hearer {
  /** @param isRecording - Is it told from a file? Then nothing comes when that is told, and there is no present. */
  onNodes(nodes: readonly NodeName[], isRecording: boolean): void
  onLines(node: number, lines: readonly Told[]): void
  onBehind(node: number, decisions: number): void
  onEnded(node: number): void
  onAway(message: string): void
  onProblem(message: string): void
  /** It says nothing but that it still is there. */
  onComment(): void
}

/**
 * Takes the text of the server's stream apart, in whatever pieces it comes.
 *
 * @throws Error if the server says what none of this version says
 */
export function listenTo(hearer: Hearer): (text: string) => void {
  let failure: Error | undefined
  const parser = createParser({
    maxBufferSize: LONGEST_EVENT,
    onEvent: ({ event = '', data }) => hear(hearer, event, data),
    onComment: () => hearer.onComment(),
    onError: (error) => (failure = error)
  })
  return (text) => {
    parser.feed(text)
    if (failure !== undefined) throw failure
  }
}

/** Characters of an event that is not over: a slice of a beginning is a quarter of a million, and one line more. */
const LONGEST_EVENT = 4_194_304

function hear(hearer: Hearer, event: string, data: string): void {
  if (event.startsWith('node:')) {
    const node = Number(event.slice('node:'.length))
    hearer.onLines(node, data.split('\n').map(readTold))
    return
  }
  const told = JSON.parse(data) as Readonly<Record<string, unknown>>
  if (event === 'nodes') hearer.onNodes(namesOf(told['nodes']), told['isRecording'] === true)
  else if (event === 'behind') hearer.onBehind(Number(told['node']), Number(told['decisions']))
  else if (event === 'ended') hearer.onEnded(Number(told['node']))
  else if (event === 'away') hearer.onAway(String(told['message']))
  else if (event === 'problem') hearer.onProblem(problemOf(told))
  // a later version may say more: what it says besides is not ours to hear
}

function problemOf({ line, message }: Readonly<Record<string, unknown>>): string {
  return typeof line === 'number' ? `In line ${line}: ${String(message)}` : String(message)
}

function namesOf(nodes: unknown): NodeName[] {
  if (!Array.isArray(nodes)) throw new Error('Expected the server to name its nodes')
  return nodes.map((node: Readonly<Record<string, unknown>>) => ({
    name: printable(String(node['name'])),
    peer: printable(String(node['peer']))
  }))
}
