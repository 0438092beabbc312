/** The README is what the machines, the options and the examples say. `npm run diagrams` makes it so. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { LOCAL_REASONS, peerMachine, WIRE_REASONS } from '../../machines/index.ts'
import {
  BACK_OFF_BASE,
  BACK_OFF_CAP,
  BACK_OFF_FLOOR,
  RETRY_AFTER_CAP,
  RETRY_AFTER_FLOOR,
  STATIC_BACK_OFF_CAP
} from '../../machines/cool-downs.ts'
import {
  MAX_EXCHANGE_BYTES,
  MAX_FRAME_LENGTH,
  MAX_FRAMES,
  MAX_PAYLOAD_LENGTH
} from '../../src/handshake/constants.ts'
import { DEFAULT_OPTIONS } from '../../src/options.ts'
import { chartOf } from '../../visualizations/chart.ts'
import { documentedOptions } from '../../visualizations/options.ts'
import { blockNames, madeAnew } from '../../visualizations/page.ts'
import { matches, readme, ROOT } from './page.ts'
import type { PeerLifecycleEvents } from '../../src/index.ts'

test('the README is what npm run diagrams makes of it', async () => {
  const page = await readme()
  expect(await madeAnew(page)).toBe(page)
})

test('a block that was changed by hand is made anew', async () => {
  const page = await readme()
  const doctored = page.replace('at most 10 s', 'at most 11 s')
  expect(doctored).not.toBe(page)
  expect(await madeAnew(doctored)).toBe(page)
})

test('a block that nobody can make is an error', async () => {
  const page = '<!-- generated: weather -->\n<!-- end of generated -->\n'
  await expect(madeAnew(page)).rejects.toThrow('"weather"')
})

test('every block of code is a generated one, or what a program prints, or a command', async () => {
  const page = await readme()
  const rest = page
    .replace(/<!-- generated: .+? -->.*?<!-- end of generated -->/gs, '')
    .replace(/<!-- prints: .+? -->\s+```text\n.*?```/gs, '')
  expect(matches(rest, /^```(\w*)$/gm).filter((language) => language !== '')).toEqual(['sh'])
})

test('the text of an example is its file, with the name of the package', async () => {
  const page = await readme()
  const paths = blockNames(page).flatMap((name) => /^file (.+)$/.exec(name)?.[1] ?? [])
  expect(paths).toContain('examples/minimal/index.ts')
  for (const path of paths) {
    const text = await readFile(join(ROOT, path), 'utf8')
    const users = text
      .replaceAll("'../../src/index.ts'", "'libp2p-peer-lifecycle'")
      .replaceAll("'../../src/grpc/index.ts'", "'libp2p-peer-lifecycle/grpc'")
      .replaceAll("'../../src/inspector/index.ts'", "'libp2p-peer-lifecycle/inspector'")
      .replaceAll("'../../src/testing/index.ts'", "'libp2p-peer-lifecycle/testing'")
    expect(page, path).toContain(`\n${users.trimEnd()}\n\`\`\``)
    expect(users, path).not.toContain('../../src/')
  }
})

test('every state, every arrow and every reason of the machine is on the page', async () => {
  const page = await readme()
  const { states, arrows } = chartOf(peerMachine)
  for (const { path } of states) expect(page).toContain(`| \`${path}\` `)
  for (const reason of [...WIRE_REASONS, ...LOCAL_REASONS]) {
    expect(page).toMatch(new RegExp(String.raw`\| \`${reason}\` +\|`))
  }
  for (const { event } of arrows) expect(page).toContain(event)
})

test('what @default says is the default', async () => {
  const options = await documentedOptions()
  const groups = ['admission', 'dialing', 'memory', 'policies', 'recorder'] as const
  const defaults: Record<string, unknown> = { ...DEFAULT_OPTIONS }
  // a table, which has a block of its own
  delete defaults['dispositions']
  for (const group of groups) {
    for (const [name, value] of Object.entries(DEFAULT_OPTIONS[group])) {
      if (value !== undefined) defaults[`${group}.${name}`] = value
    }
    delete defaults[group]
  }
  const documented = options.filter(({ name }) => name in defaults)
  expect(documented.map(({ name }) => name).toSorted()).toEqual(Object.keys(defaults).toSorted())
  for (const { name, defaultText = '' } of documented) {
    expect(valueOf(defaultText), name).toEqual(defaults[name])
  }
})

test('the numbers in the prose are those the code runs on', async () => {
  const prose = (await readme()).replaceAll(/\s+/g, ' ')
  const [base, floor] = [BACK_OFF_BASE / 1_000, BACK_OFF_FLOOR / 1_000]
  expect(prose).toContain(`up to ${base} s, ${base * 2} s, ${base * 4} s and so on`)
  expect(prose).toContain(
    `to ${BACK_OFF_CAP / 60_000} min (${STATIC_BACK_OFF_CAP / 60_000} min for`
  )
  expect(prose).toContain(`and at least ${floor} s.`)
  expect(prose).toContain(
    `between ${RETRY_AFTER_FLOOR / 1_000} s and ${RETRY_AFTER_CAP / 3_600_000} h`
  )
  expect(prose).toContain(`at most ${MAX_PAYLOAD_LENGTH.toLocaleString('en')} bytes`)
  expect(prose).toContain(`1 to ${MAX_FRAME_LENGTH.toLocaleString('en')}, and then`)
  expect(prose).toContain(
    `at most ${MAX_FRAMES} frames and ${MAX_EXCHANGE_BYTES.toLocaleString('en')} bytes`
  )
})

test('every event is in the README, and no other', async () => {
  const events: Record<keyof PeerLifecycleEvents, true> = {
    'peer:transition': true,
    'peer:authorized': true,
    'peer:rejected': true,
    'peer:deauthorized': true,
    'peer:fault': true
  }
  const named = matches(await readme(), /^\| `(peer:\w+)` +\|/gm)
  expect(named).toEqual(Object.keys(events))
})

test('links lead somewhere', async () => {
  const page = await readme()
  const links = matches(page, /\]\(([^)#]+)\)/g)
  for (const link of links.filter((target) => !target.startsWith('https://'))) {
    expect(existsSync(join(ROOT, link)), link).toBe(true)
  }
})

test('commands are there', async () => {
  const { scripts } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
  const page = await readme()
  const named = matches(page, /npm (?:run )?(start|cit|test|bench|diagrams|build|format)\b/g)
  expect(named).toEqual(expect.arrayContaining(['start', 'cit']))
  for (const name of named) expect(scripts).toHaveProperty(name === 'cit' ? 'test' : name)
})

/** A default as it is written in a docstring: a number, a fraction, a truth or an empty list. */
function valueOf(text: string): unknown {
  if (text === 'Infinity') return Infinity
  const [above = '', below] = text.replaceAll('_', '').split('/')
  const value: unknown = JSON.parse(above)
  return below === undefined ? value : Number(value) / Number(below)
}

test('outside of code nothing is left of a comment but whole ones, and no heading comes twice', async () => {
  const prose = (await readme()).replaceAll(/^(`{3,}).*?^\1$/gms, '').split('\n')
  expect(prose.filter((line) => /<!--|-->/.test(line) && !/^<!-- .* -->$/.test(line))).toEqual([])
  const headings = prose.filter((line) => line.startsWith('#'))
  expect(headings).toEqual([...new Set(headings)])
  expect(headings.filter((line) => line.includes('"'))).toEqual(['### What follows from a "no"'])
})
