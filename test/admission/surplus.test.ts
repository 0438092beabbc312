/** Which connections of one peer are too many. A choice, without a network. */
import { expect, it } from 'vitest'
import { surplusOf } from '../../src/admission/surplus.ts'
import type { Connection } from '@libp2p/interface'

/** `r`: relayed, `!`: carries a stream of the application, `?`: one of identify, `x`: closed already. */
const connectionOf = (text: string): Connection =>
  ({
    id: text,
    status: text.includes('x') ? 'closed' : 'open',
    ...(text.includes('r') && { limits: {} }),
    streams: [
      ...(text.includes('!') ? [{ protocol: '/app' }] : []),
      ...(text.includes('?') ? [{ protocol: '/ipfs/id/1.0.0' }] : [])
    ]
  }) as unknown as Connection

it.each<[string, number, string[], string[], string?]>([
  ['none', 2, [], []],
  ['two are normal', 2, ['1', '2'], []],
  ['the newest goes', 2, ['1', '2', '3'], ['3']],
  ['the newest go', 2, ['1', '2', '3', '4?', '5'], ['5', '4?', '3']],
  ['not what the application uses', 2, ['1', '2', '3!', '4!'], ['2', '1']],
  ['not what carries the agreement', 2, ['1', '2', '3'], ['2'], '3'],
  ['relayed ones first: a direct one is what they are for', 2, ['1r', '2r', '3'], ['2r']],
  ['direct ones after all relayed ones', 1, ['1', '2', '3r'], ['3r', '2']],
  ['closed ones do not count', 2, ['1x', '2', '3'], []],
  ['none that could go', 1, ['1!', '2!', '3'], [], '3'],
  ['one a peer', 1, ['1', '2r'], ['2r']]
])('%s: of %i', (_, limit, names, expected, carrier) => {
  const connections = names.map(connectionOf)
  const rules = {
    limit,
    carrier: connections.find(({ id }) => id === carrier),
    isApplication: (protocol: string) => protocol === '/app'
  }
  expect(surplusOf(connections, rules).map(({ id }) => id)).toEqual(expected)
})
