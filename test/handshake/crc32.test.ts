import fc from 'fast-check'
import { crc32 as nodeCrc32 } from 'node:zlib'
import { expect, test } from 'vitest'
import { crc32 } from '../../src/handshake/crc32.ts'

test('the checksum is that of zlib', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.uint8Array(), (before, after) => {
      expect(crc32(before)).toBe(nodeCrc32(before))
      expect(crc32(after, crc32(before))).toBe(nodeCrc32(after, nodeCrc32(before)))
    })
  )
})
