import { spawn } from 'node:child_process'
import { onTestFinished } from 'vitest'
import { eventually, within } from '../network/waiting.ts'
import { PAGE, pageIn } from './command.ts'

/** A program in a process of its own, which prints where a page is. */
export class Program {
  output = ''
  errors = ''
  readonly #child
  readonly #over = Promise.withResolvers<number>()

  /** Killed when the test is over. */
  constructor(...args: string[]) {
    this.#child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child.stdout.on('data', (text) => (this.output += String(text)))
    this.#child.stderr.on('data', (text) => (this.errors += String(text)))
    this.#child.on('close', (code) => this.#over.resolve(code ?? -1))
    onTestFinished(() => void this.#child.kill('SIGKILL'))
  }

  async over(): Promise<number> {
    return within(this.#over.promise)
  }

  async page(): Promise<{ port: number; token: string }> {
    await eventually(() => {
      if (!PAGE.test(this.output)) throw new Error(`${this.output}\n${this.errors}`)
    })
    return pageIn(this.output)
  }

  interrupt(): void {
    this.#child.kill('SIGINT')
  }
}
