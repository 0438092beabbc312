/** Nodes that announce what is not so, or in words that nobody knows, and what the world must say of it. */
import { announces, moved, stranger, toldNo } from './bends.ts'
import type { Row } from './breach.ts'

export const FALSE_WORDS: readonly Row[] = [
  {
    law: 'blast radius',
    what: 'the chart failed',
    bend: announces('peer:fault', { peer: stranger.toString(), source: 'machine' })
  },
  {
    law: 'blast radius',
    what: 'it is told no for a failure, and nothing failed about it',
    bend: announces('peer:rejected', toldNo('internal', 'local'))
  },
  {
    law: 'closed words',
    what: 'limbo on connection.opened for connection.opened',
    bend: announces('peer:transition', moved({ to: 'limbo' }))
  },
  {
    law: 'closed words',
    what: 'connected on boredom for connection.opened',
    bend: announces('peer:transition', moved({ event: 'boredom' }))
  },
  {
    law: 'closed words',
    what: 'connected on connection.opened for boredom',
    bend: announces('peer:transition', moved({ reason: 'boredom' }))
  },
  {
    law: 'closed words',
    what: 'rejected for boredom',
    bend: announces('peer:rejected', toldNo('boredom'))
  },
  {
    law: 'closed words',
    what: 'deauthorized for boredom',
    bend: announces('peer:deauthorized', toldNo('boredom'))
  },
  {
    law: 'plain data',
    what: 'object is announced',
    bend: announces('peer:transition', moved({ detail: new Error('boom') }))
  },
  {
    law: 'cause',
    what: 'it leaves handshaking, but was last in discovered',
    bend: announces('peer:transition', moved({ from: 'handshaking' }))
  },
  {
    law: 'cause',
    what: 'deauthorized by remote, was not',
    bend: announces('peer:deauthorized', toldNo('requested'))
  },
  {
    law: 'cause',
    what: 'it is authorized, and has left that state',
    bend: announces('peer:authorized', { peer: stranger.toString() })
  }
]
