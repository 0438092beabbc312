/**
 * The library as the next minor version of its wire may be, made of this one as it is loaded:
 *
 *     node --import ./test/perturbations/next-wire.ts member.ts
 *
 * It speaks `1.1.0` beside `1.0.0`, offers the newer one first, and says more in every frame than this
 * version knows.
 */
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const SOURCE = join(import.meta.dirname, '../../src')

/** Field 15 of a body, field 127 of a frame: both unknown to this version. */
const EXTENDED = `(body) => {
    let at = 1
    while (body[at++] >= 0x80);
    const inner = [...body.subarray(at), 0x7a, 0x01, 0x2b]
    const length = inner.length < 0x80 ? [inner.length] : [(inner.length & 0x7f) | 0x80, inner.length >> 7]
    return Uint8Array.from([body[0], ...length, ...inner, 0xf8, 0x07, 0x01])
  }`

const NEXT = "this.#init.protocol.replace('1.0.0', '1.1.0')"

/** File, what is there, and what is there in the next version. */
const CHANGES: readonly (readonly [file: string, find: string, replace: string])[] = [
  [
    'handshake/messages.ts',
    'const body = Frame.encode(toFrame(message))',
    `const body = (${EXTENDED})(Frame.encode(toFrame(message)))`
  ],
  [
    'handshake/protocol.ts',
    'newStream(this.#init.protocol,',
    `newStream([${NEXT}, this.#init.protocol],`
  ],
  [
    'handshake/protocol.ts',
    'await registrar.handle(\n      this.#init.protocol,',
    `for (const id of [${NEXT}, this.#init.protocol]) await registrar.handle(\n      id,`
  ],
  [
    'handshake/protocol.ts',
    'await registrar.unhandle(this.#init.protocol)',
    `for (const id of [${NEXT}, this.#init.protocol]) await registrar.unhandle(id)`
  ],
  [
    'handshake/peer-requests.ts',
    'newStream(this.#init.protocol,',
    `newStream([${NEXT}, this.#init.protocol],`
  ],
  [
    'rooms.ts',
    '...options.openProtocols, protocol]',
    "...options.openProtocols, protocol, protocol.replace('1.0.0', '1.1.0')]"
  ]
]

const changesOf = (url: string): typeof CHANGES =>
  CHANGES.filter(([file]) => pathToFileURL(join(SOURCE, file)).href === url)

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context)
    const changes = changesOf(url)
    if (changes.length === 0) return loaded
    let source = Buffer.from(loaded.source as Uint8Array).toString('utf8')
    for (const [file, find, replace] of changes) {
      if (source.split(find).length !== 2) throw new Error(`${file} has not one place for a change`)
      source = source.replace(find, () => replace)
    }
    return { ...loaded, source }
  }
})
