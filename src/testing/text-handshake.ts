import { HandshakeRefusedError } from '../index.ts'
import type { Handshake } from '../index.ts'

/** A handshake of words: what is said may change, and what is heard is judged by the test. */
export class TextHandshake implements Handshake<string> {
  /** What this node says of itself from now on. */
  word: string
  /** Every word that was judged here, in order. */
  readonly heard: string[] = []
  #judge: (word: string) => string | Promise<string>

  constructor(word = 'hello', judge: (word: string) => string | Promise<string> = (it) => it) {
    this.word = word
    this.#judge = judge
  }

  /** From now on words are judged so. */
  set judge(judge: (word: string) => string | Promise<string>) {
    this.#judge = judge
  }

  hello(): Uint8Array {
    return new TextEncoder().encode(this.word)
  }

  verify(payload: Uint8Array): string | Promise<string> {
    const word = new TextDecoder().decode(payload)
    this.heard.push(word)
    return this.#judge(word)
  }
}

/** Refuses every word but the one. */
export const only =
  (wanted: string) =>
  (word: string): string => {
    if (word !== wanted) throw new HandshakeRefusedError('incompatible', `not ${wanted}`)
    return word
  }
