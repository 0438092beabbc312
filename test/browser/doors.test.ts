/** Who may look, who may not, what the page says to them, and what it does when the node goes and comes back. */
import { describe, expect, it } from 'vitest'
import { freePort } from '../network/free-port.ts'
import { addressOf } from '../network/nodes.ts'
import { Watcher } from '../inspector/watching.ts'
import { useChromium } from './chromium.ts'
import { hasChromium } from './launch.ts'
import { goTo, shownPeers, shows } from './reading.ts'
import { dhtNode } from './scene.ts'
import type { Page } from 'playwright-core'

const browsing = useChromium()

/** A request that is refused is a line on the console of the browser. */
const REFUSED = /Failed to load resource|ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING/

const ids = async (page: Page): Promise<string[]> =>
  (await shownPeers(page)).map(({ peer }) => peer).toSorted()

describe.runIf(hasChromium)('the page', () => {
  it('says what to do without a token, and with a wrong one', async () => {
    const alice = await dhtNode()
    const inspector = await alice.services.peers.inspect()
    const bare = await browsing.open(`http://127.0.0.1:${inspector.port}/`)
    await bare.getByText('This address has no token').waitFor()
    await bare.getByText('Open the whole URL that the node printed').waitFor()
    expect(inspector.viewers).toBe(0)

    const wrong = inspector.url.replace(/token=.*/, `token=${'x'.repeat(43)}`)
    const page = await browsing.open(wrong, { mayLog: REFUSED })
    await page.getByText('This token is no longer valid').waitFor()
    await page.getByText('take the new URL that the node printed').waitFor()
    expect(inspector.viewers).toBe(0)
    // the right one in the same tab
    await page.evaluate((hash) => void (location.hash = hash), new URL(inspector.url).hash)
    await page.getByRole('status').filter({ hasText: 'Live' }).waitFor({ state: 'attached' })
    expect(inspector.viewers).toBe(1)
  })

  it('waits for its turn when eight others look, and takes it by itself', async () => {
    const alice = await dhtNode()
    const inspector = await alice.services.peers.inspect()
    const others: Watcher[] = []
    for (let nth = 0; nth < 8; nth++) others.push(await Watcher.of(inspector))
    const page = await browsing.open(inspector.url, { mayLog: REFUSED })
    await page.getByText('As many look at this node as may').waitFor()
    expect(inspector.viewers).toBe(8)
    others[0]?.leave()
    await shows(async () => expect(inspector.viewers).toBeLessThan(8))
    await page.getByRole('button', { name: 'Try now' }).click()
    await page.getByRole('status').filter({ hasText: 'Live' }).waitFor({ state: 'attached' })
  })

  it('keeps what it knows when the node goes, and goes on when it is back at its port', async () => {
    const [port, token] = [await freePort(), 'a-token-that-stays-the-same']
    const [before, bob, carol] = [await dhtNode(), await dhtNode(), await dhtNode()]
    await before.services.peers.connect(addressOf(bob))
    const { url } = await before.services.peers.inspect({ port, token })
    const page = await browsing.open(url, { mayLog: REFUSED })
    await goTo(page, 'Peers')
    await shows(async () => expect(await ids(page)).toEqual([bob.peerId.toString()]))

    await before.stop()
    await page
      .getByRole('status')
      .filter({ hasText: /Stopped|Disconnected/ })
      .waitFor({ state: 'attached' })
    await page
      .getByText('The node does not answer')
      .or(page.getByText('The node has stopped'))
      .first()
      .waitFor()

    // the same program, started anew: another node behind the same door
    const after = await dhtNode()
    await after.services.peers.connect(addressOf(carol))
    await after.services.peers.inspect({ port, token })
    await page.getByRole('status').filter({ hasText: 'Live' }).waitFor({ state: 'attached' })
    await shows(async () => expect(await ids(page)).toEqual([carol.peerId.toString()]))
    // and what it tells from then on
    await after.services.peers.connect(addressOf(bob))
    await shows(async () =>
      expect(await ids(page)).toEqual(
        [bob, carol].map(({ peerId }) => peerId.toString()).toSorted()
      )
    )
  })
})
