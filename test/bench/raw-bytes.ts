import type { Stream } from '@libp2p/interface'

const CHUNK = new Uint8Array(64 * 1024)

/** Sends so many bytes as fast as the stream takes them. */
export async function send(stream: Stream, bytes: number): Promise<void> {
  for (let left = bytes; left > 0; left -= CHUNK.byteLength) {
    if (!stream.send(CHUNK.subarray(0, Math.min(left, CHUNK.byteLength)))) await drained(stream)
  }
}

/** Resolves when so many bytes have arrived. */
export async function receive(stream: Stream, bytes: number): Promise<void> {
  let left = bytes
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const count = ({ data }: { data: { byteLength: number } }): void => {
    left -= data.byteLength
    if (left <= 0) resolve()
  }
  const end = (): void => reject(new Error('The stream has ended'))
  stream.addEventListener('message', count)
  stream.addEventListener('close', end)
  await promise
  stream.removeEventListener('message', count)
  stream.removeEventListener('close', end)
}

function drained(stream: Stream): Promise<void> {
  return new Promise((resolve) => {
    stream.addEventListener('drain', () => queueMicrotask(resolve), { once: true })
  })
}
