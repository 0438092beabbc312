import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { eventually, within } from '../network/waiting.ts'

/** The command of the package, as it is run in a shell. */
export class Command {
  output = ''
  errors = ''
  readonly #child
  readonly #over: Promise<number>

  /** Killed when the test is over. */
  constructor(...args: string[]) {
    const { promise, resolve } = Promise.withResolvers<number>()
    this.#over = promise
    this.#child = spawn(process.execPath, ['src/cli/index.ts', ...args], {
      stdio: ['ignore', 'pipe', 'pipe']
    })
    this.#child.stdout.on('data', (text) => (this.output += String(text)))
    this.#child.stderr.on('data', (text) => (this.errors += String(text)))
    this.#child.on('close', (code) => resolve(code ?? -1))
    onTestFinished(() => void this.#child.kill('SIGKILL'))
  }

  /** The exit code. */
  async over(): Promise<number> {
    return within(this.#over)
  }

  /** Where the page is, once it is printed. */
  async page(): Promise<{ port: number; token: string }> {
    const pattern = /^http:\/\/127\.0\.0\.1:(\d+)\/#token=([\w-]{43})$/m
    await eventually(() => {
      if (!pattern.test(this.output)) throw new Error(`${this.output}\n${this.errors}`)
    })
    const [, port, token = ''] = pattern.exec(this.output) ?? []
    return { port: Number(port), token }
  }

  interrupt(): void {
    this.#child.kill('SIGINT')
  }
}

/** A file with this text, gone when the test is over. */
export async function fileOf(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'inspected-'))
  onTestFinished(async () => rm(folder, { recursive: true }))
  const path = join(folder, 'alder.jsonl')
  await writeFile(path, text)
  return path
}
