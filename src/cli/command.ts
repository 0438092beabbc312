import { parseArgs } from 'node:util'
import { nameOf } from '../printable.ts'
import { VERSION } from '../inspector/version.ts'
import { attach } from './attach.ts'
import { open } from './open.ts'
import { verdictOf } from './verdict.ts'
import type { Shell } from './shell.ts'

const HELP = `Usage: libp2p-peer-lifecycle inspect RECORDING | URL [--port N]
       libp2p-peer-lifecycle replay RECORDING

inspect RECORDING  serve a page on this machine on which the recording is looked at
inspect URL        the same for a running node: the URL that peers.inspect() gives, with its token
replay RECORDING   run the recording through the charts again; nothing is served

The page is for 127.0.0.1 only, and for who has the token of the URL that is printed. It is served until
Ctrl-C. Nothing is opened, and nothing leaves the machine.

  --port N   the port of the page; default: any that is free
  --version  print the version
  --help     print this

Ends with 1 if a recording does not replay to the same states, or cannot be read, or a node refuses;
with 2 if a word or an option is unknown.`

const OPTIONS = {
  port: { type: 'string', default: '0' },
  version: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false }
} as const

/**
 * Runs the command. Never rejects.
 *
 * @returns The exit code
 */
export async function command(args: string[], shell: Shell): Promise<number> {
  try {
    return await obeyed(args, shell)
  } catch (error) {
    shell.complain((error as Error).message)
    return nameOf(error) === 'InvalidOptionsError' ? 2 : 1
  }
}

async function obeyed(args: string[], shell: Shell): Promise<number> {
  const asked = readArguments(args)
  if (typeof asked === 'string') return misused(asked, shell)
  const { values, positionals } = asked
  if (values.help) return said(HELP, shell)
  if (values.version) return said(VERSION, shell)
  const [word, what, ...others] = positionals
  if (word === undefined) return misused('Expected inspect or replay', shell)
  if (what === undefined || others.length > 0) {
    return misused(`Expected one argument of ${word}`, shell)
  }
  if (word === 'replay') return replay(what, shell)
  if (word !== 'inspect') return misused(`Expected inspect or replay, got ${word}`, shell)
  const port = /^\d+$/.test(values.port) ? Number(values.port) : Number.NaN
  return /^https?:/i.test(what) ? attach(what, port, shell) : open(what, port, shell)
}

async function replay(path: string, shell: Shell): Promise<number> {
  const { words, problem } = await verdictOf(path)
  if (problem === undefined) return said(words, shell)
  shell.complain(words)
  return 1
}

function said(text: string, shell: Shell): number {
  shell.print(text)
  return 0
}

function misused(text: string, shell: Shell): number {
  shell.complain(`${text}\n\n${HELP}`)
  return 2
}

function readArguments(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true })
  } catch (error) {
    return (error as Error).message
  }
}
