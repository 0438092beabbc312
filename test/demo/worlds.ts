import type { Finding, World } from '../../examples/local-network/world.ts'

const QUIET = { request: 0, gossip: 0 }

/** One node that has nobody and did nothing. */
function finding(name: string, doctored: Partial<Finding> = {}): Finding {
  return {
    name,
    role: 'honest',
    authorized: [],
    connections: [],
    gatedStreams: [],
    gossipPeers: [],
    mostAuthorized: 0,
    delivered: QUIET,
    trespassed: QUIET,
    refused: 0,
    breaches: [],
    ...doctored
  }
}

/**
 * A lawful world: birch and fir are peers and talk, flint is of another chain, sphinx is silent, stock has no
 * service of ours. Everything that is given replaces what was found of the node of that name.
 */
export function world(
  doctored: Readonly<Record<string, Partial<Finding>>> = {},
  rest: Partial<World> = {}
): World {
  const lawful: Finding[] = [
    finding('birch', {
      authorized: ['fir'],
      mostAuthorized: 1,
      connections: [
        { to: 'fir', direction: 'outbound' },
        { to: 'stock', direction: 'outbound' },
        { to: 'flint', direction: 'inbound' }
      ],
      gatedStreams: ['fir'],
      gossipPeers: ['fir'],
      delivered: { request: 3, gossip: 2 },
      refused: 5
    }),
    finding('fir', {
      authorized: ['birch'],
      mostAuthorized: 1,
      connections: [{ to: 'birch', direction: 'inbound' }],
      gatedStreams: ['birch'],
      gossipPeers: ['birch'],
      delivered: { request: 1, gossip: 4 }
    }),
    finding('flint', {
      role: 'other chain',
      connections: [{ to: 'birch', direction: 'outbound' }]
    }),
    finding('sphinx', { role: 'silent' }),
    finding('stock', {
      role: 'stock',
      connections: [{ to: 'birch', direction: 'inbound' }],
      gatedStreams: ['sphinx'], // no gate, no law
      gossipPeers: ['sphinx'],
      delivered: { request: 2, gossip: 1 }
    })
  ]
  return {
    maxPeers: 4,
    isSettled: true,
    findings: lawful.map((one) => ({ ...one, ...doctored[one.name] })),
    pending: [],
    notClosed: [],
    crashes: [],
    ...rest
  }
}
