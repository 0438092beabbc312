import { HEADER_LENGTH, MAX_EXCHANGE_BYTES, MAX_FRAME_LENGTH, MAX_FRAMES } from './constants.ts'

/**
 * What one step of the parser found, and where in the chunk it stopped: one whole frame, the end of
 * the chunk, or a byte that the protocol does not allow.
 */
export type Step =
  | { readonly kind: 'frame'; readonly body: Uint8Array; readonly offset: number }
  | { readonly kind: 'more'; readonly offset: number }
  | { readonly kind: 'violation'; readonly detail: string; readonly offset: number }

/**
 * Cuts the bytes of one direction of one exchange into frames, however they are chunked.
 *
 * A length is judged as soon as its field is complete, before anything is allocated for it; a body is
 * copied once, into an array of its own length. So the work is proportional to the bytes, the memory
 * is one frame, and both end with the first violation: the caller asks no further.
 */
export class FrameParser {
  #frames = 0
  #bytes = 0
  #length = 0
  #lengthBytes = 0 // 0 at a frame's boundary, HEADER_LENGTH while its body is filled
  #body = new Uint8Array(0)
  #filled = 0
  #sealed = false

  /** True if a frame has begun and is not complete: an end of the stream here cuts it off. */
  get midFrame(): boolean {
    return this.#lengthBytes > 0
  }

  /** The direction's last frame was read: any byte that follows is a violation. */
  seal(): void {
    this.#sealed = true
  }

  /** Reads `chunk` from `offset` to the end of a frame, a violation or the end of the chunk. */
  take(chunk: Uint8Array, offset: number): Step {
    if (offset >= chunk.byteLength) return { kind: 'more', offset }
    if (this.#lengthBytes < HEADER_LENGTH) {
      const tooLate = this.#refuseBeginning()
      if (tooLate !== undefined) return { kind: 'violation', detail: tooLate, offset }
      while (this.#lengthBytes < HEADER_LENGTH && offset < chunk.byteLength) {
        this.#length = this.#length * 256 + (chunk[offset++] ?? 0)
        this.#lengthBytes++
      }
      if (this.#lengthBytes < HEADER_LENGTH) return { kind: 'more', offset }
      const detail = this.#refuseLength()
      if (detail !== undefined) return { kind: 'violation', detail, offset }
      this.#bytes += HEADER_LENGTH + this.#length
      this.#body = new Uint8Array(this.#length)
    }
    const piece = chunk.subarray(offset, offset + this.#length - this.#filled)
    this.#body.set(piece, this.#filled)
    this.#filled += piece.byteLength
    offset += piece.byteLength
    return this.#filled < this.#length
      ? { kind: 'more', offset }
      : { kind: 'frame', body: this.#complete(), offset }
  }

  #refuseBeginning(): string | undefined {
    if (this.#sealed) return 'bytes after the last frame'
    if (this.#frames === MAX_FRAMES) return `more than ${MAX_FRAMES} frames`
    return undefined
  }

  #refuseLength(): string | undefined {
    if (this.#length < 1 || this.#length > MAX_FRAME_LENGTH) {
      return `frame length ${this.#length}, expected 1 to ${MAX_FRAME_LENGTH}`
    }
    if (this.#bytes + HEADER_LENGTH + this.#length > MAX_EXCHANGE_BYTES) {
      return `more than ${MAX_EXCHANGE_BYTES} bytes`
    }
    return undefined
  }

  #complete(): Uint8Array {
    const body = this.#body
    this.#frames++
    this.#length = 0
    this.#lengthBytes = 0
    this.#filled = 0
    this.#body = new Uint8Array(0)
    return body
  }
}
