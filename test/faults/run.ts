import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { FaultName } from './seeded-faults.ts'

const PLANT = join(import.meta.dirname, 'plant.ts')

export interface FaultyRun {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/**
 * Runs a program in a process of its own, with this fault in the library, or with none.
 *
 * @param deadline - Milliseconds after which it is ended
 */
export async function runWith(
  fault: FaultName | undefined,
  [program, ...args]: readonly [string, ...string[]],
  deadline = 60_000
): Promise<FaultyRun> {
  const child = spawn(process.execPath, ['--import', PLANT, program, ...args], {
    env: { ...process.env, SEEDED_FAULT: fault ?? '' },
    timeout: deadline
  })
  const said = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  return { code, ...said }
}
