/** The program of the README: its page is there, and it ends when it is told to. */
import { spawn } from 'node:child_process'
import { expect, it, onTestFinished } from 'vitest'
import { eventually, within } from '../network/waiting.ts'
import { Watcher } from './watching.ts'

it('examples/inspector shows alice, bob, and who is on another chain', async () => {
  const program = spawn(process.execPath, ['examples/inspector/index.ts'])
  onTestFinished(() => void program.kill('SIGKILL'))
  const { promise: over, resolve } = Promise.withResolvers<number | null>()
  program.on('close', resolve)
  let output = ''
  for (const stream of [program.stdout, program.stderr]) {
    stream.on('data', (text) => (output += String(text)))
  }
  const pattern = /^Watch alice and bob on http:\/\/127\.0\.0\.1:(\d+)\/#token=([\w-]{43})\n$/
  await eventually(() => expect(output).toMatch(pattern))
  const [, port, token = ''] = pattern.exec(output) ?? []
  const viewer = await Watcher.of({ port: Number(port), token })
  await viewer.line(0, { to: 'authorized' })
  await viewer.line(1, { to: 'authorized' })
  await viewer.line(0, { event: 'handshake.refused', reason: 'incompatible' })
  program.kill('SIGINT')
  expect(await within(over)).toBe(0)
  await viewer.over()
  expect(output).toMatch(pattern)
})
