/**
 * The parts that scripts are played with: what the scripts of this project do not need, and those of users
 * may.
 *
 * Mutations that turn this file red, each tried by hand:
 * - disguise.ts: the address from which a connection seems to come is not set; what has ended is frozen, too
 * - voice.ts: the beginning of a frame is taken for a whole one
 * - lifecycle-subject.ts: faults are not written down
 * - gate-rows.ts: a goodbye of no bytes is said
 * - handshake-checks.ts: who gives no proof is asked for another one
 */
import { multiaddr } from '@multiformats/multiaddr'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { HandshakeRefusedError } from '../../src/index.ts'
import { encodeMessage } from '../../src/handshake/messages.ts'
import {
  playScript,
  HOSTILE_SCRIPTS,
  lifecycleSubject,
  ManualClock
} from '../../src/testing/index.ts'
import { Line } from '../../src/testing/hostile/line.ts'
import { Patience } from '../../src/testing/hostile/patience.ts'
import type { Stage } from '../../src/testing/hostile/stage.ts'
import { LifecycleVoice } from '../../src/testing/hostile/voice.ts'
import { settled } from '../../src/testing/settled.ts'
import { idOf } from '../../src/testing/simulation/scripted-peer.ts'
import { chain } from '../../src/testing/simulation/simulated-node.ts'
import { SimulatedStream } from '../../src/testing/simulation/simulated-stream.ts'
import { Wire } from '../../src/testing/simulation/wire.ts'
import { CHAIN_SUBJECT } from './subjects.ts'
import type { HostileScript, Subject, Verdict } from '../../src/testing/index.ts'

const SUBJECT = lifecycleSubject(CHAIN_SUBJECT)

/** Plays something of our own. */
const play = async (
  body: (stage: Stage) => Promise<void>,
  subject: Subject = SUBJECT
): Promise<Verdict> => {
  const script: HostileScript = { row: 'X1', title: '', must: '', bound: '', play: body }
  return playScript(script, subject)
}

const GREEN = { kind: 'green' }

describe('a disguise', () => {
  const elsewhere = multiaddr('/ip4/203.0.113.9/tcp/4001')

  it('makes a connection look as if it came from elsewhere', async () => {
    const verdict = await play(async (stage) => {
      const house = await stage.house()
      house.disguise.from = elsewhere
      await stage.friend(house)
      const [connection] = house.node.getConnections()
      expect(connection?.remoteAddr.toString()).toContain(elsewhere.toString())
    })
    expect(verdict).toEqual(GREEN)
  })

  it('freezes what is open, and leaves alone what has ended', async () => {
    const verdict = await play(async (stage) => {
      const house = await stage.house()
      const peer = await stage.peer()
      await (await peer.dial(house)).close()
      await stage.until(() => house.node.getConnections().length === 0, 'it is over')
      const connection = await peer.dial(house)
      await stage.fence(peer, house)
      peer.disguise.freeze()
      const ping = peer.node.services.ping.ping(house.node.peerId, {
        signal: AbortSignal.timeout(100)
      })
      await expect(ping).rejects.toThrow('aborted')
      expect(connection.status).toBe('open')
    })
    expect(verdict).toEqual(GREEN)
  })
})

it('a peer knows how many handshakes nobody has looked at, and a line whether it is over', async () => {
  const verdict = await play(async (stage) => {
    const house = await stage.house()
    const peer = await stage.peer({ isWrong: true })
    const called = house.connect(peer.address).catch((error: Error) => error.name)
    await stage.until(() => peer.offered === 1, 'the node begins')
    const voice = await peer.accept()
    expect([peer.offered, voice.line.isOver]).toEqual([0, false])
    await voice.shake()
    await voice.line.ended()
    expect(voice.line.isOver).toBe(true)
    expect(await called).toBe('PeerRejectedError')
  })
  expect(verdict).toEqual(GREEN)
})

it('what fails at the node makes a script red', async () => {
  const subject = lifecycleSubject({
    name: 'broken',
    handshake: () => ({
      hello: () => new TextEncoder().encode('hello'),
      verify: () => {
        throw new TypeError('verify is broken')
      }
    })
  })
  const verdict = await play(async (stage) => {
    const house = await stage.house()
    await (await (await stage.peer()).call(house)).shake()
  }, subject)
  expect(verdict).toEqual({ kind: 'red', why: 'faults: expected 0, got 1' })
})

const rowOf = (row: string): HostileScript => {
  const script = HOSTILE_SCRIPTS.find((one) => one.row === row)
  if (script === undefined) throw new Error(`Expected the row ${row}`)
  return script
}

it('C4 can be played to a node that knows no goodbye', async () => {
  const mute = { ...SUBJECT, goodbye: new Uint8Array(0) }
  expect(await playScript(rowOf('C4'), mute)).toEqual(GREEN)
})

/** A proof that anybody can make. */
const seal = (transcript: Uint8Array): Uint8Array => transcript.slice(0, 200).map((byte) => ~byte)

it('B10 is red at a node that believes whoever it has called', async () => {
  const credulous = lifecycleSubject({
    name: 'credulous',
    handshake: () => ({
      hello: () => new TextEncoder().encode('hello'),
      verify: () => 'hello',
      prove: seal,
      verifyProof: (proof, transcript, _, { role }) => {
        if (role === 'initiator' || String(proof) === String(seal(transcript))) return
        throw new HandshakeRefusedError('authentication-failed')
      }
    })
  })
  expect(await playScript(rowOf('B10'), credulous)).toEqual({
    kind: 'red',
    why: 'the word, in the other role: expected "authentication-failed", got "accept"'
  })
})

/** Nodes that nobody can call. */
const UNLISTED: Subject = {
  ...SUBJECT,
  build: async ({ network, ...init }) =>
    SUBJECT.build({ ...init, network: { ...network, addresses: { listen: [] } } })
}

describe('a script that cannot be played', () => {
  it.each([
    ['with nodes that do not listen', 'D2', UNLISTED, 'Expected two that listen'],
    ['with a node that does not', 'D1', UNLISTED, 'Expected a node that listens']
  ])('%s says why: %s', async (_, row, subject, why) => {
    expect(await playScript(rowOf(row), subject)).toEqual({ kind: 'red', why })
  })

  it('with more peers than there are says so', async () => {
    const verdict = await play(async (stage) => {
      await Promise.all(Array.from({ length: 17 }, async () => stage.peer({ isWrong: true })))
    })
    expect(verdict).toEqual({ kind: 'red', why: 'Expected a script of fewer peers' })
  })
})

describe('a voice', () => {
  it('hears a frame when it is whole, however it comes', async () => {
    const { opened, offered } = SimulatedStream.pair(
      '1',
      new Wire(new ManualClock(), () => 0),
      'outbound'
    )
    const line = new Line(opened, 'initiator', idOf('node'), new Patience(5_000))
    const voice = new LifecycleVoice(line, {
      self: idOf('peer'),
      handshake: chain(),
      protocol: '/x'
    })
    const frame = encodeMessage({ type: 'proof', proof: new Uint8Array([1, 2, 3]) })
    const heard = voice.hear()
    for (const byte of frame) {
      offered.send(new Uint8Array([byte]))
      await settled()
    }
    expect(await heard).toEqual({ type: 'proof', proof: new Uint8Array([1, 2, 3]) })
    expect(line.untaken.byteLength).toBe(0)
  })
})

describe('the kit without the parts of libp2p', () => {
  afterEach(() => {
    vi.doUnmock('@libp2p/ping')
    vi.resetModules()
  })

  it('says what to install', async () => {
    vi.resetModules()
    vi.doMock('@libp2p/ping', () => {
      throw new Error('not installed')
    })
    const { libraries } = await import('../../src/testing/hostile/libraries.ts')
    await expect(libraries()).rejects.toThrow(/@libp2p\/ping, .*: install them/)
  })
})
