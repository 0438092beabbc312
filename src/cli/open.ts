import { RecordedFile } from '../inspector/recorded-file.ts'
import { realClock } from '../real-clock.ts'
import { show } from './show.ts'
import { verdictOf } from './verdict.ts'

/** Shows the recording in the file until Ctrl-C. */
export async function open(path: string, port: number): Promise<number> {
  const { words, problem } = await verdictOf(path)
  process.stdout.write(`${words}\n`)
  await show(new RecordedFile(path, problem), realClock(), port)
  return problem === undefined ? 0 : 1
}
