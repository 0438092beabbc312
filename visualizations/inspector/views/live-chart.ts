import { isMotionReduced } from './calm.tsx'
import { pathWords } from './names.ts'
import { STATES } from './states.ts'
import { countOf, numberOf } from './times.ts'

const SVG = 'http://www.w3.org/2000/svg'

/** Pixels between the line around a state and its text, and from the name down to the number. */
const NUMBER_ROOM = { around: 14, other: 10, below: 27 }

/** How long a light takes along a line, and the least time from one to the next on the same line, in milliseconds. */
const FLOW_TIME = 900
const FLOW_REST = 450

/** How many times in the last moment a line was taken for it to be drawn in the next strength. */
const HEATS = [1, 3, 10, 40] as const

/** Of the least number for a strength, the share from which it is kept. */
const KEPT = 0.6

/** A line that was taken so often in the last moment needs no light. */
const SELDOM = 10

interface StatePart {
  readonly path: string
  readonly element: SVGElement
  readonly number: SVGTextElement
  readonly text: Text
}

interface EdgePart {
  readonly element: SVGElement
  readonly flow: SVGPathElement
  /** When a light was last sent along it. */
  sentAt: number
}

/**
 * The picture of a peer's life with live numbers on it. It is changed in place: a number is one text node, a line's
 * strength one attribute, and nothing is touched that stays the same.
 */
export class LiveChart {
  readonly element: SVGSVGElement
  readonly #states: readonly StatePart[]
  readonly #edges = new Map<string, EdgePart>()
  readonly #labels = new Map<string, SVGElement>()
  readonly #onOpen: (path: string) => void

  /** @param template - Holds the picture, which is cloned */
  constructor(template: HTMLTemplateElement, onOpen: (path: string) => void) {
    const picture = template.content.querySelector('svg')
    if (picture === null) throw new Error('Expected the page to hold the picture of a peer')
    this.element = picture.cloneNode(true) as SVGSVGElement
    this.#onOpen = onOpen
    this.element.removeAttribute('width')
    this.element.removeAttribute('height')
    // its parts can be chosen: it is more than a picture
    this.element.setAttribute('role', 'group')
    const parts = new Map(
      [...this.element.querySelectorAll<SVGElement>('.box[data-state]')].map((box) => [
        box.dataset['state'],
        this.#stateOf(box)
      ])
    )
    this.#states = STATES.flatMap(({ path }) => parts.get(path) ?? [])
    this.#states[0]?.element.setAttribute('tabindex', '0')
    for (const edge of this.element.querySelectorAll<SVGElement>('.edge[data-edge]')) {
      const part = { element: edge, flow: withFlow(edge), sentAt: 0 }
      for (const key of keysOf(edge)) this.#edges.set(key, part)
    }
    for (const line of this.element.querySelectorAll<SVGElement>('.line[data-edge]')) {
      for (const key of keysOf(line)) this.#labels.set(key, line)
    }
    this.element.addEventListener('keydown', (event) => this.#onKey(event))
  }

  /** @param counts - Peers by the path of the leaf they are in */
  showCounts(counts: ReadonlyMap<string, number>): void {
    for (const { path, element, text } of this.#states) {
      let count = 0
      for (const [leaf, peers] of counts) {
        if (leaf === path || leaf.startsWith(`${path}.`)) count += peers
      }
      const shown = numberOf(count)
      if (text.data === shown) continue
      text.data = shown
      element.classList.toggle('is-empty', count === 0)
      element.setAttribute('aria-label', `${pathWords(path)}: ${countOf(count, 'peer')}`)
    }
  }

  /** Marks the state whose peers are listed; undefined for none. */
  choose(chosen: string | undefined): void {
    for (const { path, element } of this.#states) {
      element.classList.toggle('is-chosen', path === chosen)
      element.setAttribute('aria-pressed', String(path === chosen))
    }
  }

  /**
   * Shows which lines were taken in the last moment, the stronger the more often, and sends a light along those
   * that were taken since the last time.
   *
   * @param taken - How often each transition happened in the last moment
   * @param isMoving - False while the story stands still
   */
  showFlows(taken: ReadonlyMap<string, number>, isMoving: boolean, now: number): void {
    const times = new Map<SVGElement, number>()
    const add = (element: SVGElement | undefined, count: number): void => {
      if (element !== undefined) times.set(element, (times.get(element) ?? 0) + count)
    }
    for (const [key, count] of taken) {
      const edge = this.#edges.get(key)
      add(edge?.element, count)
      add(this.#labels.get(key), count)
      const [from, , to] = key.split(' ')
      if (from !== to) add(this.#states.find(({ path }) => path === to)?.element, count)
    }
    for (const element of this.#lit) if (!times.has(element)) heat(element, 0)
    for (const [element, count] of times) heat(element, count)
    if (isMoving) {
      // what is taken all the time is a strong line already; a light along it would be one more thing that moves
      for (const edge of new Set(this.#edges.values())) {
        const count = times.get(edge.element) ?? 0
        if (count > 0 && count < SELDOM) send(edge, now)
      }
    }
    this.#lit = new Set(times.keys())
  }

  #lit = new Set<SVGElement>()

  /** Marks the one step that led to what is shown, while the story stands still. */
  showStep(key: string | undefined, isForth: boolean): void {
    const edge = key === undefined ? undefined : this.#edges.get(key)
    for (const part of this.#edges.values()) part.element.classList.toggle('is-step', part === edge)
    if (edge !== undefined && isForth) send(edge, performance.now())
  }

  #stateOf(box: SVGElement): StatePart {
    const path = box.dataset['state'] ?? ''
    const rect = box.querySelector('rect')
    const name = box.querySelector('text')
    const isAround = box.classList.contains('around')
    const x = Number(rect?.getAttribute('x')) + NUMBER_ROOM[isAround ? 'around' : 'other']
    const y = Number(name?.getAttribute('y')) + NUMBER_ROOM.below
    const number = document.createElementNS(SVG, 'text')
    const text = document.createTextNode('')
    number.append(text)
    number.setAttribute('class', 'number')
    number.setAttribute('x', String(x))
    number.setAttribute('y', String(y))
    box.append(number)
    box.setAttribute('role', 'button')
    box.setAttribute('tabindex', '-1')
    box.addEventListener('click', () => this.#onOpen(path))
    return { path, element: box, number, text }
  }

  /** One stop of the Tab key; arrows lead from state to state in the order of the machine. */
  #onKey(event: KeyboardEvent): void {
    const at = this.#states.findIndex(({ element }) => element === event.target)
    const here = this.#states[at]
    if (here === undefined) return
    const { key } = event
    if (key === 'Enter' || key === ' ') {
      this.#onOpen(here.path)
    } else {
      const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[key]
      const next = by === undefined ? undefined : this.#states[at + by]
      if (by === undefined) return
      if (next !== undefined) {
        here.element.setAttribute('tabindex', '-1')
        next.element.setAttribute('tabindex', '0')
        next.element.focus()
      }
    }
    event.preventDefault()
  }
}

const keysOf = (element: SVGElement): string[] => (element.dataset['edge'] ?? '').split(' | ')

/** The strength is an attribute, from 0 to 4; how it looks is the style sheet's business. */
function heat(element: SVGElement, count: number): void {
  const before = Number(element.dataset['heat'] ?? 0)
  // what stands near a limit does not go to and fro over it
  const kept = (HEATS[before - 1] ?? Infinity) * KEPT <= count ? before : 0
  const level = Math.max(kept, HEATS.filter((least) => count >= least).length)
  if (level !== before) element.dataset['heat'] = String(level)
}

/** A line of its own for the light: without the gap that the label has, or the light would begin anew behind it. */
function withFlow(edge: SVGElement): SVGPathElement {
  const way = edge.querySelector('.way')
  const flow = document.createElementNS(SVG, 'path')
  const [start, ...rest] = (way?.getAttribute('d') ?? '').split('M').filter((part) => part !== '')
  flow.setAttribute('d', `M${[start, ...rest].join('L')}`)
  flow.setAttribute('class', 'flow')
  flow.setAttribute('pathLength', '100')
  way?.after(flow)
  return flow
}

/** Many at once are one light, and a stronger line: nothing flickers. */
function send(edge: EdgePart, now: number): void {
  if (now - edge.sentAt < FLOW_TIME + FLOW_REST || isMotionReduced()) return
  edge.sentAt = now
  edge.flow.animate(
    [
      { strokeDashoffset: 12, opacity: 0 },
      { opacity: 1, offset: 0.15 },
      { opacity: 1, offset: 0.85 },
      { strokeDashoffset: -100, opacity: 0 }
    ],
    { duration: FLOW_TIME, easing: 'cubic-bezier(.45,.1,.4,.95)' }
  )
}
