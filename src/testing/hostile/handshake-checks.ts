import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { isWireReason } from '../../../machines/index.ts'
import { MAX_PAYLOAD_LENGTH, MAX_PROOF_LENGTH } from '../../handshake/constants.ts'
import { transcriptOf } from '../../handshake/transcript.ts'
import { garbage, mutationsOf } from './garbage.ts'
import { demand, demandEqual, Patience } from './patience.ts'
import type { HandshakeSubject } from './lifecycle-subject.ts'
import type { Handshake, HandshakeContext, Role } from '../../index.ts'
import type { PeerId } from '@libp2p/interface'

/** What a handshake itself must do, whoever calls it. */
export interface HandshakeCheck {
  /** What must be so. */
  readonly must: string
  /** Why it does not apply to a handshake; undefined if it does. */
  exempt?(subject: HandshakeSubject): string | undefined
  /** Rejects with what is not so. */
  check(subject: HandshakeSubject): Promise<void>
}

/** Milliseconds in which a function of a handshake answers, here where nothing else is going on. */
const IN_TIME = 1_000

const patience = new Patience(IN_TIME)

const sample = (subject: HandshakeSubject): Handshake => subject.handshake({ welcome: [] })

const needsProofs: HandshakeCheck['exempt'] = (subject) =>
  sample(subject).verifyProof === undefined ? 'it proves nothing' : undefined

export const HANDSHAKE_CHECKS: readonly HandshakeCheck[] = [
  {
    must: `hello() gives at most ${MAX_PAYLOAD_LENGTH} bytes, in time`,
    async check(subject) {
      const { ours, one } = await meeting(subject)
      for (const role of ROLES) {
        const hello = await inTime(() => ours.hello(contextOf(one, role)))
        demand(hello instanceof Uint8Array, 'hello() gives a Uint8Array')
        const { byteLength } = hello
        demand(byteLength <= MAX_PAYLOAD_LENGTH, `hello() gives ${byteLength} bytes`)
      }
    }
  },
  {
    must: 'an honest payload is accepted in both roles, and means the same each time',
    async check(subject) {
      const { ours, theirs, self, one } = await meeting(subject)
      for (const role of ROLES) {
        const payload = await helloOf(theirs, contextOf(self, role))
        const first = await inTime(() => ours.verify(payload, contextOf(one, role)))
        const again = await inTime(() => ours.verify(payload.slice(), contextOf(one, role)))
        demandEqual(shown(again), shown(first), 'what verify() makes of it the second time')
      }
    }
  },
  {
    must: 'what verify() makes of a payload is plain data',
    async check(subject) {
      const { ours, theirs, self, one } = await meeting(subject)
      const payload = await helloOf(theirs, contextOf(self, 'initiator'))
      const hello = await inTime(() => ours.verify(payload, contextOf(one, 'responder')))
      const copy = await inTime(() => structuredClone(hello))
      demandEqual(shown(copy), shown(hello), 'a copy of the hello')
    }
  },
  {
    must: 'garbage, cut and bent payloads are refused with a word or read, in time: nothing else is thrown',
    async check(subject) {
      const { ours, theirs, self, one } = await meeting(subject)
      const names = Object.getOwnPropertyNames(Object.prototype).length
      const payload = await helloOf(theirs, contextOf(self, 'initiator'))
      for (const bytes of [...garbage(), ...mutationsOf(payload)]) {
        const what = `verify() of ${bytes.byteLength} bytes`
        await verdictOf(() => ours.verify(bytes, contextOf(one, 'responder')), what)
      }
      const after = Object.getOwnPropertyNames(Object.prototype).length
      demandEqual(after, names, 'names of every object')
    }
  },
  {
    must: 'garbage is refused where a wrong payload is',
    exempt: ({ wrong }) => (wrong ? undefined : 'it was given nothing that must be refused'),
    async check(subject) {
      const { ours, wrong, self, one } = await meeting(subject)
      const context = contextOf(one, 'responder')
      const bad = await helloOf(wrong, contextOf(self, 'initiator'))
      // one that looks at ids or at proofs only has no use for payloads
      const looks = await verdictOf(() => ours.verify(bad, context), 'verify()')
      if (looks === undefined) return
      for (const bytes of garbage()) {
        const word = await verdictOf(() => ours.verify(bytes, context), 'verify()')
        demand(word !== undefined, `${bytes.byteLength} bytes of garbage are accepted`)
      }
    }
  },
  {
    must: 'a peer that must be refused is, with a word of the wire',
    exempt: ({ wrong }) => (wrong ? undefined : 'it was given nothing that must be refused'),
    async check(subject) {
      const { ours, wrong, self, stranger, transcripts } = await meeting(subject)
      const context = contextOf(stranger, 'responder')
      const payload = await helloOf(wrong, contextOf(self, 'initiator'))
      const word = await verdictOf(async () => {
        const hello = await ours.verify(payload, context)
        const { initiator: transcript } = transcripts(stranger, payload)
        const proof = await wrong.prove?.(transcript, contextOf(self, 'initiator'))
        demand(ours.verifyProof !== undefined, 'verify() accepts it')
        await ours.verifyProof?.(proof ?? new Uint8Array(0), transcript, hello, context)
      }, 'the wrong handshake')
      demand(word !== undefined, 'it is accepted')
    }
  },
  {
    must: 'whoever gives up does not wait: calls settle when their signal aborts',
    async check(subject) {
      const { ours, theirs, self, one } = await meeting(subject)
      const payload = await helloOf(theirs, contextOf(self, 'initiator'))
      const given = new AbortController()
      const context = { ...contextOf(one, 'responder'), signal: given.signal }
      const calls = [async () => ours.hello(context), async () => ours.verify(payload, context)]
      const settled = Promise.allSettled(calls.map(async (call) => call()))
      given.abort()
      await patience.within(settled, 'hello() and verify() settle')
    }
  },
  {
    must: 'nobody is taken for another peer because of a payload',
    async check(subject) {
      const { ours, theirs, self, one, other } = await meeting(subject)
      const payload = await helloOf(theirs, contextOf(self, 'initiator'))
      let hello: unknown
      await verdictOf(async () => {
        hello = await ours.verify(payload, contextOf(other, 'responder'))
      }, 'verify() of what another peer has said')
      // what a proof vouches for may be in it
      if (ours.verifyProof !== undefined) return
      demand(!shown(hello).includes(one.toString()), 'the hello names the peer that was recorded')
    }
  },
  {
    must: `a proof is at most ${MAX_PROOF_LENGTH} bytes, and accepted in both roles`,
    exempt: needsProofs,
    async check(subject) {
      const { ours, theirs, self, one, transcripts } = await meeting(subject)
      for (const role of ROLES) {
        const payload = await helloOf(theirs, contextOf(self, role))
        const hello = await inTime(() => ours.verify(payload, contextOf(one, role)))
        const transcript = transcripts(one, payload)[role]
        const proof = await inTime(() => theirs.prove?.(transcript, contextOf(self, role)))
        demand(proof instanceof Uint8Array, 'prove() gives a Uint8Array')
        const length = proof?.byteLength ?? 0
        demand(length <= MAX_PROOF_LENGTH, `prove() gives ${length} bytes`)
        const given = proof ?? new Uint8Array(0)
        await inTime(() => ours.verifyProof?.(given, transcript, hello, contextOf(one, role)))
      }
    }
  },
  {
    must: 'a proof that is bent, cut or of another transcript is refused with a word, whichever bit it is',
    exempt: needsProofs,
    async check(subject) {
      const { ours, theirs, self, one, transcripts } = await meeting(subject)
      const context = contextOf(one, 'responder')
      const payload = await helloOf(theirs, contextOf(self, 'initiator'))
      const hello = await inTime(() => ours.verify(payload, context))
      const { initiator, responder } = transcripts(one, payload)
      const proof = await inTime(() => theirs.prove?.(initiator, contextOf(self, 'initiator')))
      if (proof === undefined) return
      const refused = async (bent: Uint8Array, transcript: Uint8Array, what: string) => {
        const judge = async (): Promise<void> =>
          ours.verifyProof?.(bent, transcript, hello, context)
        const word = await verdictOf(judge, what)
        demand(word !== undefined, `${what} is accepted`)
      }
      for (const bent of [...garbage(), ...mutationsOf(proof)]) {
        await refused(bent, initiator, `a bent proof of ${bent.byteLength} bytes`)
      }
      await refused(proof, responder, 'the proof of the other role')
      for (const bent of mutationsOf(initiator)) await refused(proof, bent, 'another transcript')
    }
  }
]

const ROLES: readonly Role[] = ['initiator', 'responder']

const contextOf = (peerId: PeerId, role: Role): HandshakeContext => ({
  peerId,
  role,
  signal: new AbortController().signal
})

const newId = async (): Promise<PeerId> => peerIdFromPrivateKey(await generateKeyPair('Ed25519'))

/** Two that are welcome, a third, and a stranger, with the handshakes of the first two. */
async function meeting(subject: HandshakeSubject) {
  const [self, one, other, stranger] = await Promise.all([newId(), newId(), newId(), newId()])
  const cast = { welcome: [self, one, other] }
  /** What a peer proves that has said this, in each role. */
  const transcripts = (peerId: PeerId, payload: Uint8Array): Record<Role, Uint8Array> => {
    const they = { peerId, nonce: new Uint8Array(32).fill(1), payload }
    const we = { peerId: self, nonce: new Uint8Array(32).fill(2), payload: new Uint8Array(3) }
    const protocol = '/hostile/peer-lifecycle/1.0.0'
    return {
      initiator: transcriptOf({ protocol, prover: 'initiator', initiator: they, responder: we }),
      responder: transcriptOf({ protocol, prover: 'responder', initiator: we, responder: they })
    }
  }
  return {
    ours: subject.handshake(cast),
    theirs: subject.handshake(cast),
    wrong: (subject.wrong ?? subject.handshake)(cast),
    self,
    one,
    other,
    stranger,
    transcripts
  }
}

/** The result of a call that may answer now or later. */
function inTime<T>(call: () => T | Promise<T>): Promise<T> {
  return patience.within((async () => call())(), 'an answer')
}

const helloOf = (handshake: Handshake, context: HandshakeContext): Promise<Uint8Array> =>
  inTime(() => handshake.hello(context))

/** The word of a refusal; undefined if there was none. Anything else that is thrown is a fault. */
async function verdictOf(call: () => unknown, what: string): Promise<string | undefined> {
  try {
    await inTime(call)
    return undefined
  } catch (error) {
    const { name, reason, message } = error as Partial<
      Record<'name' | 'reason' | 'message', string>
    >
    if (name === 'UnmetError') throw error
    demand(name === 'HandshakeRefusedError', `${what} throws ${String(name)}: ${String(message)}`)
    demand(isWireReason(String(reason)), `${what} refuses with "${String(reason)}", no word`)
    return reason
  }
}

/** Anything as text, numbers of any size included. */
const shown = (value: unknown): string =>
  JSON.stringify({ value }, (_, it: unknown) => (typeof it === 'bigint' ? `${it}n` : it))
