import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it } from 'vitest'
import { Origins } from '../../src/origins.ts'
import type { Origin } from '../../src/options/admission-options.ts'

const FROM = { remoteAddr: multiaddr('/ip4/8.8.8.8/tcp/1') } as Origin

function asked(answer: unknown) {
  const faults: unknown[] = []
  const origins = new Origins({
    addressOf: () => answer as Origin['remoteAddr'],
    onFault: (error) => faults.push(error)
  })
  return { ip: origins.of(FROM), faults }
}

describe('what the application says of where a peer is', () => {
  it('counts, and the connection itself where it says nothing', () => {
    expect(asked(multiaddr('/ip4/9.9.9.9/tcp/1'))).toMatchObject({ ip: { text: '9.9.9.9' } })
    expect(asked(undefined)).toMatchObject({ ip: { text: '8.8.8.8' }, faults: [] })
  })

  it.each([false, 0, '', Number.NaN, 'text', 1, {}, Promise.resolve()])(
    'blast radius: %o is no address, and the limits hold for the connection itself',
    (answer) => {
      const { ip, faults } = asked(answer)
      expect(ip).toMatchObject({ text: '8.8.8.8' })
      expect(faults).toHaveLength(1)
    }
  )
})
