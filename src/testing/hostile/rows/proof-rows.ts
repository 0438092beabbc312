import { changed } from '../around.ts'
import { joined } from '../line.ts'
import { demand, demandEqual } from '../patience.ts'
import { demandRefused } from './frame-rows.ts'
import type { HostileScript } from '../script.ts'
import type { Bend } from '../subject.ts'
import type { Handshake } from '../../../index.ts'

const needsProofs: HostileScript['exempt'] = ({ proves }) =>
  proves ? undefined : 'it proves nothing'

/** How many proofs are looked at at once: the default of `parallelProofs`. */
const PARALLEL = 4

/** Proofs: recorded, relayed, bent, and too many of them. */
export const PROOF_ROWS: readonly HostileScript[] = [
  {
    row: 'B10',
    title: 'a recorded proof, in another session, by another peer, in the other role',
    must: 'fails: every exchange has nonces of its own',
    bound: '32 bytes, used once',
    exempt: needsProofs,
    async play(stage) {
      const house = await stage.house()
      const [honest, thief] = [await stage.peer(), await stage.peer()]
      const recorded = await stage.record(house, honest)
      await Promise.all(honest.node.getConnections().map(async (one) => one.close()))
      await stage.until(() => house.places() === 0, 'it has left')

      const again = await honest.call(house)
      again.line.write(recorded)
      const failed = 'authentication-failed'
      await demandRefused(
        stage,
        house,
        { peer: honest, voice: again, what: 'in a new session' },
        failed
      )
      const stolen = await thief.call(house)
      stolen.line.write(recorded)
      await demandRefused(stage, house, { peer: thief, voice: stolen, what: 'by a thief' }, failed)

      const called = await stage.peer()
      const refused = house.connect(called.address).then(
        () => false,
        () => true
      )
      const answering = await called.accept()
      answering.line.write(recorded)
      demandEqual(await answering.verdict(), failed, 'the word, in the other role')
      demand(await refused, 'connect() fails')
    }
  },
  {
    row: 'B11',
    title: 'a proof relayed live by a man in the middle',
    must: 'fails on both sides: both peer ids are in what is proved',
    bound: '',
    exempt: needsProofs,
    async play(stage) {
      const [house, victim] = [await stage.house(), await stage.house()]
      const middle = await stage.peer()
      // the one believes to have called it, and the other to have been called by it
      house.connect(middle.address).catch(() => {})
      const [one, other] = [await middle.accept(), await middle.call(victim)]
      for (const [from, to] of [
        [one.line, other.line],
        [other.line, one.line]
      ] as const) {
        to.write(from.untaken)
        from.stream.addEventListener('message', ({ data }) => void to.write(data.subarray()))
      }
      await stage.until(
        () => house.wordFor(middle.key) === 'authentication-failed',
        'the one side sees through it'
      )
      await stage.until(
        () => victim.wordFor(middle.key) === 'authentication-failed',
        'the other side sees through it'
      )
      demandEqual([house.gains, victim.gains], [[], []], 'peers')
      demandEqual([house.places(), victim.places()], [0, 0], 'places')
    }
  },
  {
    row: 'B12',
    title: 'a proof that is bent, empty, of zeros, of another role, or left out',
    must: 'is refused before anything changes',
    bound: '',
    exempt: needsProofs,
    async play(stage) {
      const house = await stage.house()
      for (const [what, bend] of Object.entries(BENT)) {
        const peer = await stage.peer()
        const voice = await peer.call(house)
        voice.line.write(await voice.hello())
        voice.line.write(await voice.answer(bend))
        const word = await voice.verdict()
        demand(
          word === 'authentication-failed' || word === 'protocol-violation',
          `${what}: the peer hears ${word}`
        )
        await stage.until(() => house.wordFor(peer.key) === word, `${what}: both know the word`)
        demandEqual([house.gains, house.places()], [[], 0], `${what}: peers and places`)
      }
      await stage.friend(house)
    }
  },
  {
    row: 'B13',
    title: 'a flood of proofs that are costly to look at',
    must: 'is looked at a few at once, never without a place, and never behind a hello that was refused',
    bound: `${PARALLEL} at once`,
    exempt: ({ speaksFrames }) => (speaksFrames ? undefined : 'it proves nothing'),
    async play(stage) {
      const counted = { now: 0, most: 0, all: 0 }
      const waiting: (() => void)[] = []
      const around = (handshake: Handshake): Handshake =>
        changed(handshake, {
          prove: async (...call) => (await handshake.prove?.(...call)) ?? new Uint8Array(32),
          verifyProof: async (...call) => {
            counted.all++
            counted.most = Math.max(counted.most, ++counted.now)
            await new Promise<void>((resolve) => waiting.push(resolve))
            counted.now--
            await handshake.verifyProof?.(...call)
          }
        })
      const house = await stage.house({ around, maxPeers: 20 })
      const { subject } = stage
      const peers = await stage.peers(14)
      const flood = peers.map(async (peer) => {
        const voice = await peer.call(house)
        voice.line.write(await voice.hello())
        voice.line.write(subject.proof(new Uint8Array(64).fill(1)), subject.accept)
        return voice
      })
      const voices = await Promise.all(flood)
      if (subject.refuses) {
        const wrong = await stage.peer({ isWrong: true })
        const voice = await wrong.call(house)
        voice.line.write(await voice.hello())
        voice.line.write(subject.proof(new Uint8Array(64)), subject.accept)
      }
      await stage.until(() => counted.now === PARALLEL, 'a few are looked at')
      await stage.until(() => house.places() >= peers.length, 'all of them have come')
      for (const peer of peers.slice(0, 2)) await stage.fence(peer, house)
      demandEqual(counted.most, PARALLEL, 'looked at at once')
      const release = async (): Promise<void> => {
        for (const resolve of waiting.splice(0)) resolve()
        await stage.patience.pause(1)
      }
      for (let round = 0; round < 50 && counted.all < peers.length; round++) await release()
      for (let round = 0; round < 5; round++) await release()
      await Promise.all(voices.map(async (voice) => voice.verdict()))
      demandEqual(counted.most, PARALLEL, 'looked at at once, to the end')
      demand(counted.all <= peers.length + 1, `${counted.all} looked at for ${peers.length} peers`)
    }
  }
]

const flipped =
  (index: number) =>
  (proof: Uint8Array): Uint8Array =>
    proof.map((byte, i) => (i === (index + proof.byteLength) % proof.byteLength ? byte ^ 1 : byte))

const BENT: Readonly<Record<string, Bend>> = {
  'left out': { proof: () => undefined },
  empty: { proof: () => new Uint8Array(0) },
  'of zeros': { proof: ({ byteLength }) => new Uint8Array(byteLength) },
  'its first bit flipped': { proof: flipped(0) },
  'a bit in the middle flipped': { proof: (proof) => flipped(proof.byteLength >> 1)(proof) },
  'its last bit flipped': { proof: flipped(-1) },
  'cut short': { proof: (proof) => proof.subarray(0, -1) },
  'drawn out': { proof: (proof) => joined(proof, new Uint8Array(1)) },
  'of 1,025 bytes': { proof: () => new Uint8Array(1_025) },
  'of the other role': { role: 'responder' }
}
