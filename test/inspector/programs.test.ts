/** Programs in processes of their own: their pages are there, and they end when they are told to. */
import { expect, it } from 'vitest'
import { recordedLife } from '../recorder/life.ts'
import { fileOf } from './command.ts'
import { Program } from './program.ts'
import { Watcher } from './watching.ts'

/** For a test that waits for processes. */
const LONG = 150_000

it(
  'examples/inspector shows alice, bob, and who is on another chain',
  async () => {
    const program = new Program('examples/inspector/index.ts')
    const viewer = await Watcher.of(await program.page())
    await viewer.line(0, { to: 'authorized' })
    await viewer.line(1, { to: 'authorized' })
    await viewer.line(0, { event: 'handshake.refused', reason: 'incompatible' })
    program.interrupt()
    expect(await program.over()).toBe(0)
    await viewer.over()
    expect(program.output).toMatch(/^Watch alice and bob on http\S+\n$/)
    expect(program.errors).toBe('')
  },
  LONG
)

it(
  'the command shows a recording until Ctrl-C',
  async () => {
    const { lines } = await recordedLife()
    const program = new Program('src/cli/index.ts', 'inspect', await fileOf(lines.join('')))
    const viewer = await Watcher.of(await program.page())
    await viewer.event('ended')
    program.interrupt()
    expect(await program.over()).toBe(0)
    await viewer.over()
  },
  LONG
)

it(
  'the command ends with a code, and says why where errors are said',
  async () => {
    const program = new Program('src/cli/index.ts', 'replay', 'package.json')
    expect(await program.over()).toBe(1)
    expect(program.output).toBe('')
    expect(program.errors).toBe('In line 1: Expected a line of JSON, got "{"\n')
  },
  LONG
)
