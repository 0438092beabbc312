/** The pictures are what the machines say. `npm run diagrams` makes them so. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createMachine } from 'xstate'
import { describe, expect, test } from 'vitest'
import { peerMachine, schedulerMachine } from '../../machines/index.ts'
import { chartOf, keyOf } from '../../visualizations/chart.ts'
import { inlinePeer } from '../../visualizations/inline.ts'
import { drawingsOf, pictureFiles } from '../../visualizations/pictures/all.ts'
import { ROOT } from '../readme/page.ts'
import type { AnyStateMachine } from 'xstate'

const FOLDER = join(ROOT, 'visualizations', 'diagrams')

const made = await pictureFiles(peerMachine, schedulerMachine)
const drawings = drawingsOf(peerMachine, schedulerMachine)

test('the committed pictures are what npm run diagrams makes', async () => {
  expect((await readdir(FOLDER)).toSorted()).toEqual([...made.keys()].toSorted())
  for (const [name, text] of made) {
    expect((await readFile(join(FOLDER, name), 'utf8')) === text, name).toBe(true)
  }
})

test('the same machines make the same bytes', async () => {
  const again = await pictureFiles(peerMachine, schedulerMachine)
  expect([...again].every(([name, text]) => made.get(name) === text)).toBe(true)
})

/** A copy of the scheduler's machine with a change. */
function changed(change: object, state: object = {}): AnyStateMachine {
  const { states = {} } = schedulerMachine.config
  const draining = { ...states['draining'], ...state }
  const config: object = { ...schedulerMachine.config, states: { ...states, draining, ...change } }
  return createMachine(config)
}

test('a state or a transition that is added to a machine is on the picture', async () => {
  const name = 'scheduler.light.svg'
  expect((await pictureFiles(peerMachine, changed({}))).get(name)).toBe(made.get(name))
  const state = await pictureFiles(peerMachine, changed({ paused: { description: 'Rests' } }))
  expect(state.get(name)).toContain('data-state="paused"')
  const arrow = await pictureFiles(peerMachine, changed({}, { on: { 'slots.freed': 'filling' } }))
  expect(arrow.get(name)).toContain('data-edge="draining slots.freed filling"')
  expect(arrow.get('scheduler.mmd')).toContain('draining --> filling : slots.freed')
})

test('a transition that is added to the peer is on the picture of its life', async () => {
  const { states = {} } = peerMachine.config
  const { authorized } = states
  const on = { ...(authorized?.on as object), 'peer.upgraded': 'dialing' }
  const config = { ...peerMachine.config, states: { ...states, authorized: { ...authorized, on } } }
  const machine = createMachine(config as object) as AnyStateMachine
  const pictures = await pictureFiles(machine, schedulerMachine)
  expect(pictures.get('peer.light.svg')).toContain('data-edge="authorized peer.upgraded dialing"')
})

test('every state of the peer is on the picture of its life, with its meaning', () => {
  const picture = made.get('peer.light.svg')
  for (const { path, description } of chartOf(peerMachine).states) {
    expect(picture).toContain(`data-state="${path}"`)
    expect(description, path).not.toBe('')
  }
})

test('every transition is on a picture, or told below one', () => {
  const drawn = new Set(drawings.flatMap(({ edges }) => edges.flatMap(({ keys }) => keys)))
  const told = drawings
    .flatMap(({ notes }) => notes.flat())
    .map(({ runs }) => runs.map(({ text }) => text).join(''))
    .join(' ')
  const missing = chartOf(peerMachine).arrows.filter((arrow) => {
    return !drawn.has(keyOf(arrow)) && !told.includes(arrow.event.replace('.', ' '))
  })
  expect(missing.map(keyOf)).toEqual([])
})

test('a page finds every state, and the line of every transition that is drawn', async () => {
  const { svg, states, edges } = await inlinePeer(peerMachine)
  const whole = made.get('peer.light.svg') ?? ''
  for (const { path } of states) expect(svg.light).toContain(`data-state="${path}"`)
  for (const [data] of whole.matchAll(/data-edge="[^"]+"/g)) expect(svg.light).toContain(data)
  expect(states.map(({ path }) => path)).toContain('connected.queued')
  expect(edges['rejected.disconnected coolDown.over discovered.idle']).toContain('peer.unbanned')
  expect(edges['authorized connection.closed discovered.coolingDown']).toBeUndefined()
  const drawn = Object.values(edges).filter((line) => line !== undefined)
  expect(
    drawn.filter((line) => !svg.dark.includes(`data-edge="${line}"><path class="way"`))
  ).toEqual([])
})

describe.each([...made].filter(([name]) => name.endsWith('.svg')))('%s', (_name, svg) => {
  test('needs nothing from outside and runs nothing', () => {
    const rest = svg.replace('http://www.w3.org/2000/svg', '')
    expect(rest).not.toMatch(/https?:|url\(|href|@import|<script|<foreignObject|\son\w+=/i)
  })

  test('names what a live page lights up by what the machine calls it', () => {
    const chart = chartOf(svg.includes('data-state="stopped"') ? schedulerMachine : peerMachine)
    const paths = new Set(chart.states.map(({ path }) => path))
    const keys = new Set(chart.arrows.map(keyOf))
    const states = [...svg.matchAll(/data-state="([^"]+)"/g)].map(([, path = '']) => path)
    const edges = [...svg.matchAll(/data-edge="([^"]+)"/g)].flatMap(([, all = '']) =>
      all.split(' | ')
    )
    expect(states.filter((path) => !paths.has(path))).toEqual([])
    expect(edges.filter((key) => !keys.has(key))).toEqual([])
    expect(states).toHaveLength(new Set(states).size)
  })
})
