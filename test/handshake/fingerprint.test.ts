import { describe, expect, it } from 'vitest'
import {
  allOf,
  allowList,
  chainHandshake,
  forkHandshake,
  handshakePart,
  versionHandshake
} from '../../src/index.ts'
import { readOptions } from '../../src/read-options.ts'
import type { Handshake, PeerLifecycleInit } from '../../src/index.ts'

const chain = (chainId: number, genesis = '0x1a2b3c'): Handshake<object> =>
  chainHandshake({ chainId, genesis })
const fork = (forks: number[]): Handshake<object> =>
  forkHandshake({ genesis: '0x1a2b3c', forks, head: () => ({ block: 1 }) })

describe('the fingerprint of a handshake', () => {
  it('is the same in every run, and another one as soon as its verdicts are', () => {
    const handshakes = [
      chain(7),
      chain(8),
      chain(7, '0x1a2b3d'),
      versionHandshake({ min: 1, max: 2 }),
      versionHandshake({ min: 2, max: 2 }),
      fork([1]),
      fork([1, 2]),
      allOf(chain(7), versionHandshake({ min: 1, max: 2 })),
      allOf(chain(7), versionHandshake({ min: 1, max: 3 }))
    ]
    const fingerprints = handshakes.map(({ fingerprint }) => fingerprint)
    expect(new Set(fingerprints).size).toBe(handshakes.length)
    expect(fingerprints).not.toContain(undefined)
    expect(fingerprints.at(-1)).toBe(`${fingerprints[0]}; version 1 to 3`)
    expect(chain(7).fingerprint).toBe(chain(7).fingerprint)
    // the two ways to write one genesis
    expect(chain(7, '0x1A2B3C').fingerprint).toBe(chain(7).fingerprint)
  })

  it('is none if nothing is the same in every run, or nobody has said', () => {
    const list = allowList([])
    const part = handshakePart({ name: 'x' })
    expect([list.fingerprint, part.fingerprint]).toEqual([undefined, undefined])
    expect(allOf(part).fingerprint).toBeUndefined()
    expect(allOf(chain(7), part).fingerprint).toBe(chain(7).fingerprint)
    expect(handshakePart({ name: 'x', fingerprint: 'rules 3' }).fingerprint).toBe('rules 3')
  })

  it('is text: anything else is refused', () => {
    const fingerprint = 7 as unknown as string
    expect(() => handshakePart({ name: 'x', fingerprint })).toThrow(
      'fingerprint: expected text, got 7'
    )
    const handshake = { ...chain(7), fingerprint }
    const init = { protocolPrefix: '/x', handshake } as PeerLifecycleInit
    expect(() => readOptions(init)).toThrow(/handshake.fingerprint to be text or nothing, got 7/)
  })
})
