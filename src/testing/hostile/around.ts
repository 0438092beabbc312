import type { Handshake } from '../../index.ts'

/** The same handshake with some of its functions changed, whatever it is an object of. */
export function changed(handshake: Handshake, changes: Partial<Handshake>): Handshake {
  const { parts, fingerprint } = handshake
  return {
    hello: (...call) => handshake.hello(...call),
    verify: (...call) => handshake.verify(...call),
    ...(handshake.prove && { prove: handshake.prove.bind(handshake) }),
    ...(handshake.verifyProof && { verifyProof: handshake.verifyProof.bind(handshake) }),
    ...(handshake.subscribe && { subscribe: handshake.subscribe.bind(handshake) }),
    ...(parts !== undefined && { parts }),
    ...(fingerprint !== undefined && { fingerprint }),
    ...changes
  }
}
