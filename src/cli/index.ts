#!/usr/bin/env node
/**
 * The command of the package: watch a running node or a recording in a browser, or replay a recording.
 */

import { command } from './command.ts'

const { promise: interrupted, resolve } = Promise.withResolvers<void>()
const stop = (): void => {
  process.once('SIGINT', () => process.exit(1)) // asked twice: at once
  resolve()
}
for (const sign of ['SIGINT', 'SIGTERM'] as const) process.once(sign, stop)
process.stdout.on('error', () => process.exit(1)) // the reader of our pipe has gone

process.exitCode = await command(process.argv.slice(2), {
  print: (text) => void process.stdout.write(`${text}\n`),
  complain: (text) => void process.stderr.write(`${text}\n`),
  interrupted
})
