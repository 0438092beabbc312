import { readOptions } from '../../src/read-options.ts'
import { CHANNEL_HAPPENINGS } from '../../src/testing/model/channel-happenings.ts'
import { HAPPENINGS } from '../../src/testing/model/happenings.ts'
import { FEELER, FILTER, HELD_UP, OUTAGE, RESTART } from './rare-happenings.ts'
import type { PeerLifecycleInit } from '../../src/index.ts'
import type { NodeSetting } from './node-setting.ts'
import type { Happening } from '../../src/testing/model/world.ts'

/** The settings of the tours, with what may happen in each. Who comes first covers most. */

/** An application to which whoever is slow or a stranger is worth no connection. */
const STRICT: Partial<PeerLifecycleInit<string>> = {
  dispositions: {
    local: { timeout: { connection: 'close' }, 'unsupported-protocol': { connection: 'close' } }
  }
}

const DAY = 86_400_000

function setting(name: string, given: Partial<NodeSetting> = {}): NodeSetting {
  const { init = {}, weWin = true, isSecured = false, address = 'known' } = given
  const handshake = { hello: () => new Uint8Array(), verify: () => '' }
  const options = readOptions({ protocolPrefix: '/model', handshake, ...init })
  return { name, init, table: options.dispositions, weWin, isSecured, address }
}

/** Those of the usual happenings that have one of these names. */
const only = (...names: string[]): Happening[] =>
  HAPPENINGS.filter(({ name }) => names.includes(name))

export const SETTINGS: readonly (readonly [NodeSetting, readonly Happening[]])[] = [
  [setting('our stream wins'), HAPPENINGS],
  [setting('the stream of the peer wins', { weWin: false }), HAPPENINGS],
  [setting('whoever is slow is left', { init: STRICT, weWin: false }), HAPPENINGS],
  [
    setting('handshakes in secure channels', { isSecured: true, weWin: false }),
    [...HAPPENINGS, ...CHANNEL_HAPPENINGS]
  ],
  [
    setting('whoever is slow in a channel is left', { init: STRICT, isSecured: true }),
    [...CHANNEL_HAPPENINGS, ...only('it is silent for too long')]
  ],
  [
    setting('our node is restarted'),
    [
      ...RESTART,
      ...only(
        'the application enqueues it',
        'the scheduler grants a slot',
        'the dial fails',
        'it connects',
        'it offers its handshake',
        'it is not on the list',
        'its connection is lost'
      )
    ]
  ],
  [
    setting('the network is gone', {
      address: 'shut',
      // for the peer, and for two others that show that it is not the peer
      init: { dialing: { dialBurst: 3, dialsPerSecond: 1e-9, queryInterval: Infinity } }
    }),
    OUTAGE
  ],
  [
    setting('feelers are sent', {
      address: 'shut',
      init: { policies: { feelerInterval: DAY }, random: () => 0.5 }
    }),
    FEELER
  ],
  [
    setting('candidates are filtered', {
      address: 'unknown',
      init: {
        outboundShare: 1 / 3,
        dialing: { filter: () => true, queryInterval: Infinity }
      }
    }),
    FILTER
  ],
  [setting('our application takes its time'), [...HELD_UP, ...only('it is banned')]]
]
