/** What the page shows is what the node says, view by view, recounted; and no part of it asks anybody else. */
import { describe, expect, it } from 'vitest'
import { inspectNodes } from '../../src/inspector/index.ts'
import { wordsOf } from '../../visualizations/words.ts'
import { addressOf } from '../network/nodes.ts'
import { useChromium } from './chromium.ts'
import { hasChromium } from './launch.ts'
import { chartCounts, goTo, listCounts, rowOf, shownPeers, shows } from './reading.ts'
import { crowdedScene, dhtNode } from './scene.ts'
import type { OurNode } from '../network/nodes.ts'
import type { Scene } from './scene.ts'
import type { PeerId } from '@libp2p/interface'
import type { Page } from 'playwright-core'

const browsing = useChromium()

const pathWords = (path: string): string => path.split('.').map(wordsOf).join(': ')

/** Peers by the words of their state, and of the state around it. */
function countsOf({ services }: OurNode): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { path, state } of services.peers.getPeers()) {
    for (const each of new Set([path, state])) {
      counts[pathWords(each)] = (counts[pathWords(each)] ?? 0) + 1
    }
  }
  return counts
}

/** What the table has to show of the node's peers. */
const tableOf = ({ services }: OurNode) =>
  services.peers.getPeers().map((peer) => ({
    peer: peer.peerId.toString(),
    state: pathWords(peer.path),
    reason: peer.reason ?? '',
    direction: peer.direction ?? '',
    wanted: peer.priority ?? '',
    connections: peer.connections,
    failures: services.peers.explain(peer.peerId).failures
  }))

/** The text, whatever number of seconds it tells. */
const whenever = (text: string): RegExp => {
  const escaped = text.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`)
  return new RegExp(escaped.replaceAll(/\b\d+ s\b/g, String.raw`\d+ s`))
}

const byPeer = (a: { peer: string }, b: { peer: string }): number => (a.peer < b.peer ? -1 : 1)

async function shownScene(): Promise<Scene & { page: Page }> {
  const scene = await crowdedScene()
  const { url } = await scene.alice.services.peers.inspect()
  const page = await browsing.open(url)
  await page.getByRole('status').filter({ hasText: 'Live' }).waitFor({ state: 'attached' })
  return { ...scene, page }
}

describe.runIf(hasChromium)('the page', () => {
  it('map: every state has as many peers as the node has there, and lists them', async () => {
    const { alice, page } = await shownScene()
    await shows(async () => expect(await chartCounts(page)).toEqual(countsOf(alice)))
    await shows(async () => expect(await listCounts(page)).toEqual(countsOf(alice)))

    for (const state of ['authorized', 'rejected', 'connected']) {
      await page
        .locator(`.map-chart .box[data-state="${state}"]`)
        .click({ position: { x: 6, y: 6 } })
      const list = page.locator('.state-panel')
      await list.getByRole('heading', { name: state }).waitFor()
      const names = list.locator('.peer-name')
      const there = alice.services.peers.getPeers().filter((peer) => peer.state === state)
      await shows(async () => {
        const shown = await names.evaluateAll((all) =>
          all.map((name) => name.getAttribute('title') ?? '')
        )
        expect(shown.toSorted()).toEqual(there.map(({ peerId }) => peerId.toString()).toSorted())
      })
    }
  })

  it('peers: the table is what getPeers() and explain() say, and whence each came', async () => {
    const { alice, page, ...peers } = await shownScene()
    await goTo(page, 'Peers')
    const recounted = tableOf(alice)
    expect(recounted).toHaveLength(8)
    await shows(async () => {
      const shown = await shownPeers(page)
      expect(shown.toSorted(byPeer)).toMatchObject(tableOf(alice).toSorted(byPeer))
    })
    const sources = new Map((await shownPeers(page)).map(({ peer, source }) => [peer, source]))
    const sourceOf = (peer: PeerId): string | undefined => sources.get(peer.toString())
    expect(sourceOf(peers.unpromoted)).toBe('DHT-opened')
    expect(sourceOf(peers.inbound)).toBe('inbound')
    for (const peer of [peers.dialed, peers.queued, peers.unreached]) {
      expect(sourceOf(peer)).toBe('queue')
    }
  })

  it('peer: why it is where it is, its connections and its life are what explain() says', async () => {
    const { alice, page, ...peers } = await shownScene()
    const openers: [PeerId, string][] = [
      [peers.adopted, 'adopted'],
      [peers.dialed, 'own'],
      [peers.inbound, 'inbound'],
      [peers.unpromoted, 'foreign']
    ]
    for (const peer of [peers.rejected, peers.banned, ...openers.map(([opened]) => opened)]) {
      await goTo(page, 'Peers')
      await rowOf(page, peer.toString()).click()
      const { text, history, path, connections } = alice.services.peers.explain(peer)
      await page.locator('.peer-head code', { hasText: peer.toString() }).waitFor()
      // however the page names the peer
      const told = page.locator('.answer-told', { hasText: whenever(text.replace(/^\S+ /, '')) })
      await told.filter({ hasText: 'The node says' }).waitFor()
      const said = alice.services.peers.getPeer(peer)?.reason
      const why = said ?? (path === 'authorized' ? 'Authorized' : 'Connected: unpromoted')
      await page.locator('.answer-why', { hasText: why }).waitFor()

      const moves = page.locator('.timeline li.kind-move.is-change')
      await shows(async () => expect(await moves.count()).toBe(history.length))
      const last = history.at(-1)
      await moves
        .first()
        .locator(`.chip[title="${pathWords(last?.to ?? '')}"]`)
        .waitFor()
      const opened = await page.locator('.connections li').count()
      expect(opened).toBe(connections.inbound + connections.outbound)
    }
    for (const [peer, opener] of openers) {
      await goTo(page, 'Peers')
      await rowOf(page, peer.toString()).click()
      await page.locator('.connections li strong', { hasText: opener }).waitFor()
      const [connection] = alice.getConnections(peer)
      await page
        .locator('.connections code', { hasText: connection?.remoteAddr.toString() ?? '' })
        .waitFor()
    }
  })

  it('slots: who holds one, who waits and why, and who was refused, are what status() says', async () => {
    const { alice, page, queued } = await shownScene()
    const { peers } = alice.services
    await goTo(page, 'Slots and queue')
    await page.getByRole('heading', { name: '3 of 3 slots held' }).waitFor()
    const held = page.locator('.holders [role=row]')
    await shows(async () => {
      const shown = await held.evaluateAll((rows) =>
        rows.map((row) => {
          const [peer, state, kind] = row.querySelectorAll('[role=gridcell]')
          const name = peer?.querySelector('[title]')?.getAttribute('title')
          return `${name} ${state?.textContent} ${kind?.textContent}`
        })
      )
      const { slots } = peers.status()
      const told = slots.map(({ peer, kind }) => `${peer} authorized ${kind}`)
      expect(shown.toSorted()).toEqual(told.toSorted())
    })
    const waiting = page.locator('.queue ol li')
    await shows(async () => expect(await waiting.count()).toBe(peers.status().queued.requested))
    const { dial } = peers.explain(queued)
    expect(dial).toBe('too-many-peers')
    await waiting
      .filter({ has: page.locator(`[title="${queued.toString()}"]`) })
      .filter({ hasText: dial ?? '' })
      .waitFor()

    const { refusals } = peers.status()
    for (const { reason } of refusals) {
      const count = refusals
        .filter((each) => each.reason === reason)
        .reduce((sum, each) => sum + each.count, 0)
      const row = page
        .locator('.refusals tbody tr')
        .filter({ has: page.locator('th', { hasText: reason }) })
      await shows(async () =>
        expect(await row.locator('td.number').textContent()).toBe(String(count))
      )
    }
  })

  it('filters and sorts the table as one would by hand', async () => {
    const { alice, page } = await shownScene()
    await goTo(page, 'Peers')
    const rows = tableOf(alice)
    const shown = async (): Promise<string[]> => (await shownPeers(page)).map(({ peer }) => peer)
    const peersWhere = (test: (row: (typeof rows)[number]) => boolean): string[] =>
      rows
        .filter(test)
        .map(({ peer }) => peer)
        .toSorted()
    const filters = page.getByRole('search')
    const clear = filters.getByRole('button', { name: 'Clear' })

    await filters.getByLabel('State').selectOption('authorized')
    await shows(async () =>
      expect((await shown()).toSorted()).toEqual(peersWhere(({ state }) => state === 'authorized'))
    )
    await filters.getByLabel('Direction').selectOption('inbound')
    await shows(async () =>
      expect(await shown()).toEqual(peersWhere(({ direction }) => direction === 'inbound'))
    )
    // it is in the address, so that a reload shows the same
    await page.reload()
    await shows(async () =>
      expect(await shown()).toEqual(peersWhere(({ direction }) => direction === 'inbound'))
    )
    await clear.click()
    await filters.getByLabel('Reason').selectOption('incompatible')
    await shows(async () =>
      expect(await shown()).toEqual(peersWhere(({ reason }) => reason === 'incompatible'))
    )
    await clear.click()
    await filters.getByLabel('Source').selectOption('foreign')
    await shows(async () =>
      expect(await shown()).toEqual(peersWhere(({ state }) => state === 'connected: unpromoted'))
    )
    await clear.click()
    const [someone] = rows
    await filters.getByLabel('Text').fill(someone?.peer.slice(-9) ?? '')
    await shows(async () => expect(await shown()).toEqual([someone?.peer]))
    await filters.getByLabel('Text').fill('chain id 8')
    await shows(async () =>
      expect(await shown()).toEqual(peersWhere(({ reason }) => reason === 'incompatible'))
    )
    await filters.getByLabel('Text').fill('nobody at all')
    await page.getByText('No peer is like that').waitFor()
    await clear.click()

    const title = (name: string) => page.getByRole('columnheader', { name }).getByRole('button')
    const ids = rows.map(({ peer }) => peer).toSorted()
    await title('Peer').click()
    await shows(async () => expect(await shown()).toEqual(ids))
    await title('Peer').click()
    await shows(async () => expect(await shown()).toEqual(ids.toReversed()))
    await title('Failures').click()
    await title('Failures').click()
    await shows(async () => {
      const failures = (await shownPeers(page)).map((row) => row.failures)
      expect(failures).toEqual(failures.toSorted((a, b) => b - a))
      expect(failures[0]).toBeGreaterThan(0)
    })
  })

  it('shows several nodes at once, or one of them', async () => {
    const [alice, bob] = [await dhtNode(), await dhtNode()]
    await alice.services.peers.connect(addressOf(bob))
    const inspector = await inspectNodes({ alice: alice.services.peers, bob: bob.services.peers })
    const page = await browsing.open(inspector.url)
    const switching = page.getByLabel('Node', { exact: false }).first()
    await goTo(page, 'Peers')
    await shows(async () => {
      expect((await shownPeers(page)).map(({ peer }) => peer).toSorted()).toEqual(
        [alice.peerId.toString(), bob.peerId.toString()].toSorted()
      )
    })
    await switching.selectOption('bob')
    await shows(async () => {
      expect((await shownPeers(page)).map(({ peer }) => peer)).toEqual([alice.peerId.toString()])
    })
    await inspector.close()
  })
})
