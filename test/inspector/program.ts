import { spawn } from 'node:child_process'
import { onTestFinished } from 'vitest'
import { within } from '../network/waiting.ts'
import { PAGE, pageIn } from './command.ts'

/** Milliseconds in which a process has begun and said where its page is, or has ended, on a busy machine. */
const DEADLINE = 60_000

/** A program in a process of its own, which prints where a page is. */
export class Program {
  output = ''
  errors = ''
  readonly #child
  readonly #over = Promise.withResolvers<number>()
  readonly #page = Promise.withResolvers<{ port: number; token: string }>()

  /** Killed when the test is over. */
  constructor(...args: string[]) {
    this.#child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child.stdout.on('data', (text) => {
      this.output += String(text)
      if (PAGE.test(this.output)) this.#page.resolve(pageIn(this.output))
    })
    this.#child.stderr.on('data', (text) => (this.errors += String(text)))
    this.#child.on('close', (code) => this.#over.resolve(code ?? -1))
    onTestFinished(() => void this.#child.kill('SIGKILL'))
  }

  async over(): Promise<number> {
    return within(this.#over.promise, DEADLINE)
  }

  async page(): Promise<{ port: number; token: string }> {
    return within(this.#page.promise, DEADLINE)
  }

  interrupt(): void {
    this.#child.kill('SIGINT')
  }
}
