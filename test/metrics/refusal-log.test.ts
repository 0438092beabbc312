/** Rows I1 and I2: the canonical line of every refusal and ban, which no peer can forge, break or flood. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LINES_PER_MINUTE, RefusalLog } from '../../src/refusal-log.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { HOSTILE_STRINGS, Notebook, UNPRINTABLE } from './notebook.ts'
import type { PeerRefusal } from '../../src/refusals.ts'

const COMPONENT = 'libp2p:peer-lifecycle:refusals'
const FILTER = join(import.meta.dirname, '../../visualizations/fail2ban/peer-lifecycle.conf')

const newLog = () => {
  const clock = new ManualClock()
  const notebook = new Notebook(COMPONENT)
  const log = new RefusalLog(clock, notebook.forComponent(COMPONENT))
  return { clock, log, lines: notebook.lines }
}

const refusal = (given: Partial<PeerRefusal> = {}): PeerRefusal => ({
  at: 1_000,
  peer: '12D3KooWPeer',
  door: 'handshake',
  direction: 'inbound',
  reason: 'protocol-violation',
  by: 'local',
  ...given
})

/** The keys of a line in their order, as a reader that trusts its shape would take it apart. */
const SHAPE =
  /^refused reason=([\w-]+) by=(local|remote|network|-) door=([\w-]+) direction=(inbound|outbound|-) peer=([\w.:%/?…-]+) ip=([\w.:%/?-]+) retry=(\d+s|never|-) n=(\d+) detail=("[^"=]*"|-)$/u

describe('the line of a refusal', () => {
  it('says everything that is known, always in the same order', () => {
    const { log, lines } = newLog()
    log.refused(refusal())
    log.refused(refusal({ ip: '203.0.113.7', retryAt: 61_001, detail: 'frame of 0 bytes' }))
    log.refused(refusal({ ip: '2001:db8::1', reason: 'banned', retryAt: Infinity }))
    log.refused(
      refusal({ door: 'dial', direction: 'outbound', reason: 'dial-failed', by: 'network' })
    )
    expect(lines).toEqual([
      'refused reason=protocol-violation by=local door=handshake direction=inbound peer=12D3KooWPeer ip=- retry=- n=1 detail=-',
      'refused reason=protocol-violation by=local door=handshake direction=inbound peer=12D3KooWPeer ip=203.0.113.7 retry=61s n=1 detail="frame of 0 bytes"',
      'refused reason=banned by=local door=handshake direction=inbound peer=12D3KooWPeer ip=2001:db8::1 retry=never n=1 detail=-',
      'refused reason=dial-failed by=network door=dial direction=outbound peer=12D3KooWPeer ip=- retry=- n=1 detail=-'
    ])
    for (const line of lines) expect(line).toMatch(SHAPE)
  })

  it('of a ban says who, why, until when and where', () => {
    const { log, lines } = newLog()
    const peer = '12D3KooWPeer'
    log.banned({ peer, reason: 'protocol-violation', until: 1_767_225_600_000, ip: '203.0.113.7' })
    log.banned({ peer, reason: 'banned', until: Infinity })
    log.banned({ reason: 'banned', until: 1_767_225_600_000, ip: '203.0.113.7' })
    expect(lines).toEqual([
      'banned peer=12D3KooWPeer reason=protocol-violation until=1767225600 ip=203.0.113.7 n=1',
      'banned peer=12D3KooWPeer reason=banned until=never ip=- n=1',
      'banned peer=- reason=banned until=1767225600 ip=203.0.113.7 n=1'
    ])
  })

  it('row I1: whatever a peer says, it is one line of the same shape', () => {
    const text = fc.oneof(
      fc.constantFrom(...HOSTILE_STRINGS),
      fc.string({ unit: 'binary', maxLength: 100 })
    )
    fc.assert(
      fc.property(text, text, text, (peer, ip, detail) => {
        const { log, lines } = newLog()
        log.refused(refusal({ peer, ip, detail }))
        log.banned({ peer, reason: 'banned', until: Infinity, ip })
        const [refused = '', banned = ''] = lines
        expect(refused).toMatch(SHAPE)
        for (const line of [refused, banned]) {
          expect(line).not.toMatch(UNPRINTABLE)
          expect(line.length).toBeLessThan(800)
        }
      })
    )
  })

  it('is not made if nobody reads it', () => {
    const clock = new ManualClock()
    const notebook = new Notebook('another component')
    const log = new RefusalLog(clock, notebook.forComponent(COMPONENT))
    log.refused(refusal())
    log.banned({ peer: 'a', reason: 'banned', until: 0 })
    expect([notebook.lines, clock.pending]).toEqual([[], 0])
  })
})

describe('row I2: a flood of refusals', () => {
  it('is ten lines of a kind and, when the minute is over, one with their number', () => {
    const { clock, log, lines } = newLog()
    for (let i = 0; i < 15; i++) log.refused(refusal({ peer: `peer${i}` }))
    expect(lines).toHaveLength(LINES_PER_MINUTE)
    expect(clock.pending).toBe(1)
    clock.advance(60_000)
    expect(lines.slice(LINES_PER_MINUTE)).toEqual([
      'refused reason=protocol-violation by=local door=handshake direction=inbound peer=- ip=- retry=- n=5 detail=-'
    ])
    // nothing is armed until there is something to say again
    expect(clock.pending).toBe(0)
    log.refused(refusal({ peer: 'peer15' }))
    expect(lines.at(-1)).toContain('peer=peer15 ip=- retry=- n=1')
  })

  it('of one kind does not hide another: each word has its lines, by class of address or door', () => {
    const { log, lines } = newLog()
    const kinds: Partial<PeerRefusal>[] = [
      { ip: '203.0.113.7' },
      { ip: '192.168.1.1' },
      { ip: '127.0.0.1' },
      { door: 'handshake' },
      { door: 'channel' },
      { door: 'handshake', reason: 'busy' }
    ]
    for (const kind of kinds) {
      for (let i = 0; i < 1_000; i++) log.refused(refusal(kind))
    }
    for (let i = 0; i < 1_000; i++) log.banned({ peer: 'a', reason: 'banned', until: 0 })
    expect(lines).toHaveLength((kinds.length + 1) * LINES_PER_MINUTE)
  })

  it('of 100,000 in a minute: under 20 kB in all, however hostile', () => {
    const { clock, log, lines } = newLog()
    for (let i = 0; i < 100_000; i++) {
      const detail = HOSTILE_STRINGS[i % HOSTILE_STRINGS.length] ?? ''
      const ip = i % 3 === 0 ? `203.0.113.${i % 256}` : undefined
      log.refused(refusal({ peer: `peer${i}`, detail, ...(ip !== undefined && { ip }) }))
      if (i % 1_000 === 0) clock.advance(10)
    }
    expect(clock.pending).toBe(1)
    log.stop()
    expect(clock.pending).toBe(0)
    expect(lines).toHaveLength(2 * LINES_PER_MINUTE + 2)
    const counted = lines.map((line) => Number(/ n=(\d+)/.exec(line)?.[1]))
    expect(counted.reduce((a, b) => a + b)).toBe(100_000)
    const bytes = Buffer.byteLength(lines.join('\n'))
    expect(bytes).toBeLessThan(20_000)
  })
})

describe('the filter for fail2ban', () => {
  it('finds the address of who was refused for misbehaviour, and of who was banned', async () => {
    const { log, lines } = newLog()
    const ip = '203.0.113.7'
    log.refused(refusal({ ip, detail: 'frame of 0 bytes' }))
    log.refused(refusal({ ip: '2001:db8::1', reason: 'authentication-failed', door: 'channel' }))
    log.refused(refusal({ ip: '198.51.100.4', reason: 'banned', door: 'connection' }))
    log.banned({ peer: 'a', reason: 'protocol-violation', until: 0, ip: '198.51.100.9' })
    log.banned({ reason: 'banned', until: 0, ip: '198.51.100.10' })
    expect(await hostsIn(lines)).toEqual([
      ip,
      '2001:db8::1',
      '198.51.100.4',
      '198.51.100.9',
      '198.51.100.10'
    ])
  })

  it('leaves alone who only found no room, who refused us, and whom we reached for', async () => {
    const { log, lines } = newLog()
    const ip = '203.0.113.7'
    log.refused(refusal({ ip, reason: 'too-many-peers' }))
    log.refused(refusal({ ip, by: 'remote' }))
    log.refused(refusal({ ip, direction: 'outbound' }))
    log.refused(refusal())
    log.banned({ peer: 'a', reason: 'banned', until: 0 })
    expect(await hostsIn(lines)).toEqual([])
  })

  it('cannot be made to ban a third', async () => {
    const { log, lines } = newLog()
    for (const detail of HOSTILE_STRINGS) {
      log.refused(refusal({ reason: 'refused', detail, ip: '203.0.113.7' }))
      log.refused(refusal({ reason: 'refused', peer: detail, ip: detail, door: 'channel' }))
    }
    log.stop()
    expect(lines.length).toBeGreaterThan(20)
    expect(await hostsIn(lines)).toEqual([])
  })
})

/** What the filter finds, as fail2ban does: without the time at the beginning, `<HOST>` being an address. */
async function hostsIn(lines: readonly string[]): Promise<(string | undefined)[]> {
  const [, list = ''] = /^failregex = (.*)/ms.exec(await readFile(FILTER, 'utf8')) ?? []
  const rules = list.trim().split('\n')
  const patterns = rules.map((rule) => {
    return new RegExp(rule.trim().replace('<HOST>', String.raw`(?<host>[\da-fA-F.:]+)`))
  })
  expect(patterns).toHaveLength(2)
  return lines.flatMap((line) =>
    patterns.flatMap((pattern) => pattern.exec(` ${COMPONENT} ${line}`)?.groups?.['host'] ?? [])
  )
}
