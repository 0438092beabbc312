import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { command } from '../../src/cli/command.ts'
import { eventually, within } from '../network/waiting.ts'

/** The command of the package, as it is run in a shell. */
export class Command {
  output = ''
  errors = ''
  readonly #over: Promise<number>
  readonly #interrupt = Promise.withResolvers<void>()

  /** Interrupted when the test is over. */
  constructor(...args: string[]) {
    onTestFinished(() => this.interrupt())
    this.#over = command(args, {
      print: (text) => (this.output += `${text}\n`),
      complain: (text) => (this.errors += `${text}\n`),
      interrupted: this.#interrupt.promise
    })
  }

  /** The exit code. */
  async over(): Promise<number> {
    return within(this.#over)
  }

  /** Where the page is, once it is printed. */
  async page(): Promise<{ port: number; token: string }> {
    await eventually(() => {
      if (!PAGE.test(this.output)) throw new Error(`${this.output}\n${this.errors}`)
    })
    return pageIn(this.output)
  }

  interrupt(): void {
    this.#interrupt.resolve()
  }
}

/** A line that says where a page is. */
export const PAGE = /http:\/\/127\.0\.0\.1:(\d+)\/#token=([\w-]{43})$/m

export function pageIn(output: string): { port: number; token: string } {
  const [, port, token = ''] = PAGE.exec(output) ?? []
  return { port: Number(port), token }
}

/** A file with this text, gone when the test is over. */
export async function fileOf(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'inspected-'))
  onTestFinished(async () => rm(folder, { recursive: true }))
  const path = join(folder, 'alder.jsonl')
  await writeFile(path, text)
  return path
}
