import fc from 'fast-check'
import { multiaddr } from '@multiformats/multiaddr'
import { allowList } from '../../../src/index.ts'
import { readPeerTarget } from '../../../src/peer-target.ts'
import { headlineOf, nameOf, printable, printableError } from '../../../src/printable.ts'
import { OTHER_PEER, PEER } from './meeting.ts'
import { allowing, bytesOf, insist, insistShown, textOf } from '../target.ts'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { PeerTarget } from '../../../src/index.ts'
import type { Target } from '../target.ts'

/** The text as a peer, in every way in which a caller may put it. */
function readAsPeer(text: string): void {
  const lines = text.split('\n')
  const addresses = lines.map(addressIn).filter((it) => it !== undefined)
  const targets: PeerTarget[] = [text, lines, addresses, ...addresses]
  for (const target of targets) {
    const named = allowing(['InvalidPeerError'], () => readPeerTarget(target))
    if (named === undefined) continue
    const id = named.peerId.toString()
    const again = readPeerTarget(id)
    insist(again.peerId.toString() === id, 'another peer the second time')
    insist(named.addresses.length <= lines.length, 'addresses from nowhere')
  }
  const list = allowing(['InvalidOptionsError'], () => allowList(lines))
  if (list === undefined) return
  insist(list.size <= lines.length, 'members from nowhere')
  for (const line of lines) insist(list.has(line), 'a member that is none')
}

function addressIn(line: string): Multiaddr | undefined {
  try {
    return multiaddr(line)
  } catch {
    return undefined
  }
}

/** The text as something that is shown. */
function show(text: string, max: number): void {
  const shown = printable(text, max)
  insistShown(shown, max)
  insist(shown.isWellFormed(), 'shown with half a character')
  insist(printable(shown, max) === shown, 'shown differently the second time')
}

/** The text as what somebody has thrown. */
function showError(text: string): void {
  const error = new Error(text)
  error.name = text.slice(0, 40)
  const thrown = [text, error, { toString: () => text }, new Error('x', { cause: text })]
  if (text.length % 2 === 0) error.stack = text
  for (const one of thrown) {
    insistShown(headlineOf(one), 200)
    const [first = '', ...places] = printableError(one).split('\n')
    insist(first === headlineOf(one), 'another headline above the places')
    for (const place of places) insistShown(place, 200)
    insist(typeof nameOf(one) === 'string', 'no name')
  }
}

const line = fc.oneof(
  fc.constantFrom(PEER, OTHER_PEER, `/ip4/1.2.3.4/tcp/1/p2p/${PEER}`, `/p2p/${OTHER_PEER}`),
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc
    .tuple(fc.constantFrom('/ip6/::1/tcp/1', '/dns4/a.b', '/memory/x', '/unix/%2fa'), fc.ipV6())
    .map(([address, ip]) => `${address}/p2p-circuit/ip6/${ip}/p2p/${PEER}`)
)

/** What a caller names a peer by, and what is shown of it. */
export const peers: Target = {
  name: 'peers',
  files: ['src/peer-target.ts', 'src/printable.ts', 'src/handshake/allow-list.ts'],
  share: 120_000,
  maxLength: 1_024,
  arbitrary: fc.array(line, { maxLength: 4 }).map((lines) => bytesOf(lines.join('\n'))),
  tokens: [
    '/p2p/',
    '/ip4/',
    '/ip6/',
    '/ipfs/',
    '/p2p-circuit',
    '\n',
    '\u001b[',
    '\u202e',
    '🦄',
    PEER
  ].map(bytesOf),
  run(input) {
    const text = textOf(input)
    readAsPeer(text)
    show(text, (input[0] ?? 0) % 90)
    // halves of characters, too
    showError(Buffer.from(input).toString('utf16le'))
    show(Buffer.from(input).toString('utf16le'), 200)
  }
}
