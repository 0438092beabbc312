import { stat } from 'node:fs/promises'
import { RecordedFile } from '../inspector/recorded-file.ts'
import { realClock } from '../real-clock.ts'
import { show } from './show.ts'
import { verdictOf } from './verdict.ts'

/** Bytes from which a replay takes so long that somebody may wonder. */
const LONG = 16_777_216

/** Shows the recording in the file until Ctrl-C. */
export async function open(path: string, port: number): Promise<number> {
  const { size } = await stat(path)
  if (size > LONG) process.stderr.write(`Replaying ${Math.round(size / 1e6)} MB first\n`)
  const { words, problem } = await verdictOf(path)
  process.stdout.write(`${words}\n`)
  await show(new RecordedFile(path, problem), realClock(), port)
  return problem === undefined ? 0 : 1
}
