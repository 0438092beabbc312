import { Key } from 'interface-datastore'
import { describe, expect, it } from 'vitest'
import { newId } from './house.ts'
import { BANS, keyOf, peerOf, shelfOf } from '../../src/memory/keys.ts'

const [self, peer] = [await newId(), await newId()]
const text = peer.toString()

describe('the keys of the memory', () => {
  it('are under a root of their own, with the version of the layout', () => {
    expect(keyOf(BANS, text).toString()).toBe(`/peer-lifecycle/v1/bans/${text}`)
    const ours = `/peer-lifecycle/v1/${self.toString()}/peers/${text}`
    expect(keyOf(shelfOf(self), text).toString()).toBe(ours)
    expect(peerOf(BANS, keyOf(BANS, text))?.toString()).toBe(text)
  })

  it.each<[string, unknown]>([
    ['no peer id', new Key('/peer-lifecycle/v1/bans/nobody')],
    [
      'a peer id in another form, which would be a second record of one peer',
      keyOf(BANS, peer.toCID().toString())
    ],
    ['more than a peer id', keyOf(BANS, `${text}/x`)],
    ['nothing', { toString: () => '/peer-lifecycle/v1/bans/' }],
    ['a name without end', keyOf(BANS, 'Q'.repeat(100_000))]
  ])('that name no peer are skipped: %s', (_name, key) => {
    expect(peerOf(BANS, key)).toBeNull()
  })

  it.each<[string, unknown]>([
    ['of another shelf', keyOf(shelfOf(self), text)],
    ['of another layout', new Key(`/peer-lifecycle/v2/bans/${text}`)],
    ['that only begin alike', new Key(`/peer-lifecycle/v1/bansX/${text}`)],
    ['of libp2p', new Key(`/peers/${text}`)],
    ['that are none', undefined],
    ['that are null', null],
    ['that cannot be shown', { toString: () => 7 }],
    [
      'that throw',
      {
        toString: () => {
          throw new Error('no')
        }
      }
    ]
  ])('%s are not ours', (_name, key) => {
    expect(peerOf(BANS, key)).toBeUndefined()
  })
})
