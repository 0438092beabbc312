/**
 * What happens in a node is on the page within 200 milliseconds, from the node's own event to the change of the
 * page, by one clock; without the time for which the machine lets everybody wait.
 */
import { describe, expect, it } from 'vitest'
import { addressOf } from '../network/nodes.ts'
import { eventually, within } from '../network/waiting.ts'
import { useChromium } from './chromium.ts'
import { controlOf } from './control.ts'
import { hasChromium } from './launch.ts'
import { dhtNode } from './scene.ts'
import type { OurNode } from '../network/nodes.ts'
import type { PeerLifecycle } from '../../src/index.ts'
import type { Page } from 'playwright-core'

const browsing = useChromium()

/** Milliseconds that the product may take. */
const BOUND = 200

/** Changes that are timed in a view. */
const CHANGES = 12

interface Timed {
  /** Where the change is looked for, as a selector of CSS; `PEER` is the peer's id. */
  readonly selector: string
  /** What is there while the peer is authorized, and while it is not. */
  readonly on: string
  /** Where the peer comes when that is to be seen. */
  readonly when: string
  readonly off: string
  readonly view: string
}

const VIEWS: readonly [name: string, timed: Timed][] = [
  [
    'the chart',
    {
      view: 'map',
      selector: '.map-chart .box[data-state="authorized"] .number',
      on: '1',
      when: 'authorized',
      off: '0'
    }
  ],
  [
    'the list beside the chart',
    {
      view: 'map',
      selector: '.state-list .of-authorized .state-count',
      on: '1',
      when: 'authorized',
      off: '0'
    }
  ],
  [
    'the row of the table',
    {
      view: 'peers',
      selector: '.peer-table [role=row]:has([title="PEER"]) .col-state',
      on: 'authorized',
      when: 'authorized',
      off: 'rejected'
    }
  ],
  [
    'the page of the peer',
    {
      view: 'peer&peer=0%2FPEER',
      selector: '.peer-head .chip',
      on: 'authorized',
      when: 'authorized',
      off: 'rejected'
    }
  ],
  [
    'the slots',
    { view: 'slots', selector: '.slot-grid h2', on: '1 of', when: 'dialing', off: '0 of' }
  ]
]

/** Calls back, in this process, whenever what is there begins with something else. */
async function watch(
  page: Page,
  selector: string,
  words: readonly string[],
  changed: (word: string) => void
): Promise<void> {
  await page.exposeBinding('shown', (_, word: string) => changed(word))
  await page.evaluate(
    ([where, all]) => {
      let last = ''
      const look = (): void => {
        const text = document.querySelector(where)?.textContent.trim() ?? ''
        const word = all.find((each) => text.startsWith(each)) ?? ''
        if (word === last) return
        last = word
        ;(globalThis as unknown as { shown: (word: string) => void }).shown(word)
      }
      new MutationObserver(look).observe(document.body, {
        subtree: true,
        childList: true,
        characterData: true,
        attributes: true
      })
      look()
    },
    [selector, words] as const
  )
}

/** When the node itself says that the peer has come there. */
function told(peers: PeerLifecycle, to: string): Promise<number> {
  return within(
    new Promise((resolve) => {
      const listener = ({ detail }: CustomEvent<{ to: string }>): void => {
        if (detail.to !== to) return
        peers.removeEventListener('peer:transition', listener)
        resolve(performance.now())
      }
      peers.addEventListener('peer:transition', listener)
    })
  )
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN

/** Lets alice and bob be peers, or part. Gives the time at which bob came there, as alice's node has it. */
async function change(alice: OurNode, bob: OurNode, to: string): Promise<number> {
  const { peers } = alice.services
  const at = told(peers, to)
  if (to === 'rejected') {
    await peers.disconnect(bob.peerId)
    await eventually(() => {
      if (alice.getConnections().length > 0) throw new Error('Still connected')
    })
  } else await peers.connect(addressOf(bob))
  return at
}

describe.runIf(hasChromium)('within 200 ms', () => {
  it.each(VIEWS)(
    '%s shows what has become of a peer',
    async (_, { view, selector, on, off, when }) => {
      const [alice, bob] = [await dhtNode(), await dhtNode()]
      await change(alice, bob, 'authorized')
      const inspector = await alice.services.peers.inspect()
      const peer = bob.peerId.toString()
      const page = await browsing.open(`${inspector.url}&view=${view.replace('PEER', peer)}`)
      const control = await controlOf(browsing)
      const shown: [word: string, at: number][] = []
      await page.locator(selector.replace('PEER', peer)).first().waitFor()
      await watch(
        page,
        selector.replace('PEER', peer),
        [on, off],
        (word) => void shown.push([word, performance.now()])
      )

      const latencies: number[] = []
      for (let nth = 0; nth < CHANGES; nth++) {
        const isOn = nth % 2 === 1
        const before = shown.length
        const happened = await change(alice, bob, isOn ? when : 'rejected')
        await expect
          .poll(() => shown.slice(before).map(([word]) => word), { timeout: 10_000, interval: 2 })
          .toContain(isOn ? on : off)
        const [, at = NaN] = shown.slice(before).find(([word]) => word === (isOn ? on : off)) ?? []
        latencies.push(at - happened - (await control.delayBetween(happened, at)))
      }
      expect(latencies).toHaveLength(CHANGES)
      expect(median(latencies)).toBeLessThanOrEqual(BOUND)
      expect(Math.max(...latencies)).toBeLessThanOrEqual(BOUND)
    }
  )
})
