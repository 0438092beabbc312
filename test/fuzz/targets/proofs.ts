import fc from 'fast-check'
import {
  allOf,
  chainHandshake,
  sharedSecretHandshake,
  signedHandshake
} from '../../../src/index.ts'
import { encodeParts } from '../../../src/handshake/parts.ts'
import { Choices } from '../choices.ts'
import { bytesOf, insist, insistShown } from '../target.ts'
import { CONTEXT, SIGNED } from './meeting.ts'
import type { Target } from '../target.ts'

const SECRET = sharedSecretHandshake({ secret: new Uint8Array(16).fill(5) })
const CHAIN = chainHandshake({ chainId: 7, genesis: '0x1a2b3c' })
const BITCOIN = signedHandshake({
  key: { type: 'secp256k1', privateKey: new Uint8Array(32).fill(2) }
})

const ALL = allOf(CHAIN, SIGNED, SECRET)
const OTHER = allOf(CHAIN, BITCOIN, SECRET)

/** What was said before, over which a proof is made. */
const TRANSCRIPT = bytesOf('peer-lifecycle/1')
const OTHER_TRANSCRIPT = bytesOf('peer-lifecycle/2')

/** Two members, what each says of itself, and its proof. */
const MEMBERS = [ALL, OTHER].map((one) => ({
  hello: one.verify(one.hello(CONTEXT) as Uint8Array, CONTEXT) as never,
  proof: one.prove?.(TRANSCRIPT, CONTEXT) as Uint8Array,
  stale: one.prove?.(OTHER_TRANSCRIPT, CONTEXT) as Uint8Array
}))
const [FIRST, SECOND] = MEMBERS as [(typeof MEMBERS)[0], (typeof MEMBERS)[0]]

function proofFrom(choices: Choices): Uint8Array {
  const { proof, stale } = choices.of([FIRST, SECOND])
  const kind = choices.below(4)
  if (kind === 0) return proof
  if (kind === 1) return stale
  if (kind === 2) return choices.bytes(400)
  const signature = new Uint8Array(64)
  signature.set(choices.bytes(64))
  const secret = choices.bytes(40)
  return encodeParts([
    ['signed', signature],
    ['secret', secret]
  ])
}

/** Is it a proof of this hello, byte for byte? Only with that may anybody get in. */
const isGenuine = (bytes: Uint8Array, proof: Uint8Array): boolean =>
  Buffer.compare(bytes, proof) === 0

/** The proof of a peer: nobody who does not hold the keys finds one. */
export const proofs: Target = {
  name: 'proofs',
  files: [
    'src/handshake/signatures.ts',
    'src/handshake/shared-secret-handshake.ts',
    'src/handshake/signed-handshake.ts',
    'src/handshake/handshake-part.ts',
    'src/handshake/all-of.ts'
  ],
  share: 5_000,
  maxLength: 700,
  arbitrary: fc.uint8Array({ maxLength: 120 }),
  run(input) {
    const choices = new Choices(input)
    const member = choices.of([FIRST, SECOND])
    let proof = proofFrom(choices)
    // one byte of a genuine proof changed
    if (choices.below(3) === 0 && proof.byteLength > 0) {
      const at = choices.below(proof.byteLength)
      proof = proof.with(at, (proof[at] ?? 0) ^ choices.byte())
    }
    try {
      void ALL.verifyProof?.(proof, TRANSCRIPT, member.hello, CONTEXT)
      insist(isGenuine(proof, member.proof), 'a forged proof is believed')
    } catch (error) {
      const { name, reason, detail } = error as { name: string; reason: string; detail?: string }
      if (name !== 'HandshakeRefusedError') throw error
      insistShown(detail ?? '')
      insist(['authentication-failed', 'protocol-violation'].includes(reason), `refused: ${reason}`)
      insist(!isGenuine(proof, member.proof), 'a genuine proof is refused')
    }
  }
}
