import fc from 'fast-check'
import { heapInUse, slopeOf } from '../endurance/heap.ts'
import { seeded } from '../policies/seeded.ts'
import { Coverage } from './coverage.ts'
import { Finding, findingOf, HANG, timed } from './finding.ts'
import { mutate } from './mutate.ts'
import { smallest } from './smallest.ts'
import type { LineCoverage } from './coverage.ts'
import type { Target } from './target.ts'

/** How long to go on, and from where. */
export interface FuzzInit {
  readonly seed: number
  /** Inputs that were kept earlier; all are run first. */
  readonly corpus: readonly Uint8Array[]
  /** Fresh inputs, at most. */
  readonly inputs: number
  /** Milliseconds after which no fresh batch begins. */
  readonly time?: number
  /** Told of every input before it is run. */
  readonly onInput?: (input: Uint8Array) => void
  /** Told when something else is done, before the next input. */
  readonly onPause?: () => void
}

/** What came of it. */
export interface FuzzReport {
  readonly target: string
  readonly seed: number
  /** Fresh ones. */
  readonly inputs: number
  /** Milliseconds that they took. */
  readonly took: number
  /** Blocks, and ways through functions, that were seen. */
  readonly seen: number
  readonly lines: readonly LineCoverage[]
  /** The inputs that suffice to see all that, the smallest first. */
  readonly corpus: readonly Uint8Array[]
  /** Milliseconds of the slowest input. */
  readonly slowest: number
  /** Bytes of heap that an input left behind, by the second half of the run. */
  readonly slope: number
  /** What ended the run early. */
  readonly finding?: Pick<Finding, 'kind' | 'input' | 'message'>
}

/** Inputs between two looks at what has run: the more, the longer nothing new has been seen. */
const BATCH = 64
const MAX_BATCH = 1_024

/** One input in so many is made from nothing; the others are made from one that was kept. */
const FRESH = 5

/** Looks at the heap in one run. */
const LOOKS = 16

/**
 * Feeds a target with one input after another. Inputs that run what no other has run are kept, and others
 * are made from them: so the search climbs into what no generator would find.
 */
export async function fuzz(target: Target, init: FuzzInit): Promise<FuzzReport> {
  const coverage = new Coverage(target.files)
  const run = new Run(target, coverage, init)
  const began = performance.now()
  let finding: Finding | undefined
  try {
    await run.begin()
    await run.goOn()
  } catch (error) {
    init.onPause?.()
    finding = await smallest(target, findingOf(error))
  }
  const took = performance.now() - began
  const { corpus, lines } = finding === undefined ? await run.condense() : { corpus: [], lines: [] }
  const { inputs, slowest, slope } = run
  const seen = coverage.size
  coverage.stop()
  return {
    target: target.name,
    seed: init.seed,
    inputs,
    took,
    seen,
    lines,
    corpus,
    slowest,
    slope,
    // plain, to be told from one thread to another
    ...(finding !== undefined && {
      finding: { kind: finding.kind, input: finding.input, message: finding.message }
    })
  }
}

class Run {
  readonly #target: Target
  readonly #coverage: Coverage
  readonly #init: FuzzInit
  readonly #random: () => number
  readonly #pool: Uint8Array[] = []
  readonly #heaps: number[] = []
  #generated: Uint8Array[] = []
  inputs = 0
  slowest = 0

  constructor(target: Target, coverage: Coverage, init: FuzzInit) {
    this.#target = target
    this.#coverage = coverage
    this.#init = init
    this.#random = seeded(init.seed)
  }

  get slope(): number {
    const late = this.#heaps.slice(Math.ceil(this.#heaps.length / 2))
    return late.length < 2 ? 0 : slopeOf(late) / (this.#init.inputs / LOOKS)
  }

  /** Everything that was kept. */
  async begin(): Promise<void> {
    this.#coverage.clear()
    await this.#look([...this.#init.corpus, new Uint8Array(0)])
  }

  async goOn(): Promise<void> {
    const { inputs, time = Infinity } = this.#init
    const end = performance.now() + time
    const every = inputs / LOOKS
    let lookAt = every
    let size = BATCH
    while (this.inputs < inputs && performance.now() < end) {
      const length = Math.min(size, inputs - this.inputs)
      const batch = Array.from({ length }, () => this.#next())
      for (const input of batch) await this.#feed(input)
      this.inputs += batch.length
      const news = this.#coverage.news()
      if (news.length > 0) await this.#lookInto(batch, news)
      size = news.length > 0 ? BATCH : Math.min(2 * size, MAX_BATCH)
      if (this.inputs >= lookAt) {
        lookAt += every
        this.#init.onPause?.()
        this.#heaps.push(await heapInUse())
      }
    }
  }

  /** As few and as small inputs as show everything that was seen. */
  async condense(): Promise<Pick<FuzzReport, 'corpus' | 'lines'>> {
    const corpus: Uint8Array[] = []
    this.#coverage.clear()
    for (const input of this.#pool.toSorted((a, b) => a.byteLength - b.byteLength)) {
      await this.#feed(input)
      if (this.#coverage.take()) corpus.push(input)
    }
    for (const input of corpus) await this.#feed(input)
    return { corpus, lines: this.#coverage.lines() }
  }

  /** All of them, one by one. */
  async #look(inputs: readonly Uint8Array[]): Promise<void> {
    this.#coverage.take()
    for (const input of inputs) {
      await this.#feed(input)
      if (this.#coverage.take()) this.#pool.push(input)
    }
  }

  /** Together these inputs have run something new: which of them has? */
  async #lookInto(inputs: readonly Uint8Array[], news: readonly string[]): Promise<void> {
    const [first] = inputs
    if (first !== undefined && inputs.length === 1) this.#pool.push(first)
    else {
      const middle = Math.ceil(inputs.length / 2)
      for (const half of [inputs.slice(0, middle), inputs.slice(middle)]) {
        for (const input of half) await this.#feed(input)
        const found = this.#coverage.news()
        if (found.length > 0) await this.#lookInto(half, found)
      }
    }
    // what only all of them together have done is nothing to look for again
    this.#coverage.see(news)
  }

  async #feed(input: Uint8Array): Promise<void> {
    this.#init.onInput?.(input)
    const took = await timed(this.#target, input)
    // the machine, a collection of garbage or the input itself: only the last is slow every time
    if (took > HANG) await this.#isSlow(input)
    else this.slowest = Math.max(this.slowest, took)
  }

  async #isSlow(input: Uint8Array): Promise<void> {
    let least = Infinity
    for (let again = 0; again < 3; again++) {
      least = Math.min(least, await timed(this.#target, input))
    }
    this.slowest = Math.max(this.slowest, least)
    if (least > HANG) throw new Finding('hang', input, `${least.toFixed(1)} ms at the least`)
  }

  #next(): Uint8Array {
    const random = this.#random
    if (random() * FRESH < 1 || this.#pool.length === 0) return this.#generate()
    // what was kept last leads on more often than what was kept first
    const at = Math.floor((1 - random() ** 2) * this.#pool.length)
    const parent = this.#pool[Math.min(at, this.#pool.length - 1)] ?? new Uint8Array(0)
    const { tokens = [], maxLength } = this.#target
    return mutate(parent, { random, pool: this.#pool, tokens, maxLength })
  }

  #generate(): Uint8Array {
    if (this.#generated.length === 0) {
      const seed = Math.floor(this.#random() * 2 ** 31)
      this.#init.onPause?.()
      this.#generated = fc.sample(this.#target.arbitrary, { seed, numRuns: BATCH })
    }
    const input = this.#generated.pop() ?? new Uint8Array(0)
    return input.subarray(0, this.#target.maxLength)
  }
}
