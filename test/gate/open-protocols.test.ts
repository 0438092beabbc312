/** The open list, as it is promised: one protocol more is a hole in the gate, one less a network that falls apart. */
import { expect, test } from 'vitest'
import { BUILT_IN_OPEN_PROTOCOLS } from '../../src/gate/open-protocols.ts'

test('these protocols are open, and no others', () => {
  expect(BUILT_IN_OPEN_PROTOCOLS).toEqual([
    '/ipfs/id/1.0.0',
    '/ipfs/id/push/1.0.0',
    '/ipfs/ping/1.0.0',
    '/ipfs/kad/1.0.0',
    '/ipfs/lan/kad/1.0.0',
    '/libp2p/circuit/relay/0.2.0/hop',
    '/libp2p/circuit/relay/0.2.0/stop',
    '/libp2p/dcutr',
    '/webrtc-signaling/0.0.1',
    '/libp2p/autonat/1.0.0',
    '/libp2p/autonat/2/dial-request',
    '/libp2p/autonat/2/dial-back'
  ])
  expect(Object.isFrozen(BUILT_IN_OPEN_PROTOCOLS)).toBe(true)
})
