import { stat } from 'node:fs/promises'
import { RecordedFile } from '../inspector/recorded-file.ts'
import { realClock } from '../real-clock.ts'
import { show } from './show.ts'
import { verdictOf } from './verdict.ts'
import type { Shell } from './shell.ts'

/** Bytes from which a replay takes so long that somebody may wonder. */
const LONG = 16_777_216

/** Shows the recording in the file until Ctrl-C. */
export async function open(path: string, port: number, shell: Shell): Promise<number> {
  const { size } = await stat(path)
  if (size > LONG) shell.complain(`Replaying ${Math.round(size / 1e6)} MB first`)
  const { words, problem } = await verdictOf(path)
  shell.print(words)
  await show(new RecordedFile(path, problem), realClock(), port, shell)
  return problem === undefined ? 0 : 1
}
