/** Somebody who looks, as a process of its own: reads the stream at a URL and keeps nothing of it. */
const { origin, hash } = new URL(process.argv[2] ?? '')
const token = new URLSearchParams(hash.slice(1)).get('token') ?? ''
const { body } = await fetch(`${origin}/events`, { headers: { authorization: `Bearer ${token}` } })
if (body === null) throw new Error('Expected a stream')
let bytes = 0
for await (const piece of body) {
  // the first says that it is there
  if (bytes === 0) process.send?.('looking')
  bytes += piece.length
}
