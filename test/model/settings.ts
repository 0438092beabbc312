import { CHANNEL_HAPPENINGS } from './channel-happenings.ts'
import { HAPPENINGS } from './happenings.ts'
import { readOptions } from '../../src/read-options.ts'
import type { DispositionsInit } from '../../src/options/disposition-options.ts'
import type { Happening, Setting } from './world.ts'

/** An application to which whoever is slow or a stranger is worth no connection. */
const STRICT: DispositionsInit = {
  local: { timeout: { connection: 'close' }, 'unsupported-protocol': { connection: 'close' } }
}

function setting(name: string, init: Partial<Setting> = {}): Setting {
  const { dispositions = {}, weWin = true, isSecured = false } = init
  const handshake = { hello: () => new Uint8Array(), verify: () => '' }
  const { dispositions: table } = readOptions({ protocolPrefix: '/model', handshake, dispositions })
  return { name, dispositions, table, weWin, isSecured }
}

/** The settings of the tours, with what may happen in each. Who comes first covers most. */
export const SETTINGS: readonly (readonly [Setting, readonly Happening[]])[] = [
  [setting('our stream wins'), HAPPENINGS],
  [setting('the stream of the peer wins', { weWin: false }), HAPPENINGS],
  [setting('whoever is slow is left', { dispositions: STRICT, weWin: false }), HAPPENINGS],
  [
    setting('handshakes in secure channels', { isSecured: true, weWin: false }),
    [...HAPPENINGS, ...CHANNEL_HAPPENINGS]
  ],
  [
    setting('whoever is slow in a channel is left', { dispositions: STRICT, isSecured: true }),
    CHANNEL_HAPPENINGS.concat(HAPPENINGS.filter(({ name }) => name === 'it is silent for too long'))
  ]
]
