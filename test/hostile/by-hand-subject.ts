/** The approach by hand, in the notions in which the scripts know a node under test. */
import { createLibp2p } from 'libp2p'
import { HELLO_PROTOCOL, PeersByHand } from '../../examples/by-hand/peers-by-hand.ts'
import { joined } from '../../src/testing/hostile/line.ts'
import type { Line } from '../../src/testing/hostile/line.ts'
import type {
  House,
  HouseInit,
  Loss,
  Speaker,
  Subject,
  Voice
} from '../../src/testing/hostile/subject.ts'
import type { PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

const CHAIN = { chainId: 7, genesis: '0x1a2b3c' }

const lineOf = (text: string): Uint8Array => new TextEncoder().encode(`${text}\n`)

export const BY_HAND: Subject = {
  name: 'by hand',
  protocol: HELLO_PROTOCOL,
  proves: false,
  refuses: true,
  speaksFrames: false,
  build: async (init) => ByHandHouse.build(init),
  voice: (line, speaker) => new ByHandVoice(line, speaker),
  saying: (payload) => joined(payload, lineOf('')),
  proof: () => new Uint8Array(0),
  accept: new Uint8Array(0),
  goodbye: new Uint8Array(0),
  sized: async (voice, length) => {
    const text = new TextDecoder().decode(await voice.hello()).trim()
    return lineOf(text.padEnd(length - 1))
  },
  violations: async (voice) => {
    const hello = await voice.hello()
    return {
      'an empty line': lineOf(''),
      'no JSON': lineOf('hello'),
      'two hellos': joined(hello, hello),
      'a hello and more': joined(hello, lineOf('{"type":"update"}'))
    }
  }
}

class ByHandHouse implements House {
  readonly node: House['node']
  readonly lifecycle = undefined
  readonly gains: string[] = []
  readonly losses: Loss[] = []
  readonly faults: unknown[] = []
  readonly pending = 0
  readonly #byHand: PeersByHand

  static async build({ network, early, services, maxPeers }: HouseInit): Promise<House> {
    const all = { ...early, ...services }
    const node = (await createLibp2p({
      ...network,
      services: all as never
    })) as unknown as House['node']
    const house = new ByHandHouse(node, maxPeers)
    await house.#byHand.start()
    return house
  }

  private constructor(node: House['node'], maxPeers: number) {
    this.node = node
    this.#byHand = new PeersByHand(node, {
      chain: CHAIN,
      maxPeers,
      onPeer: (id) => void this.gains.push(id),
      onGone: (peer) => void this.losses.push({ peer, reason: undefined, by: undefined })
    })
    const stop = node.stop.bind(node)
    node.stop = async () => {
      this.#byHand.stop()
      await stop()
    }
  }

  /** It has no deadlines that could pass. */
  advance(): void {}

  isPeer(peer: string): boolean {
    return this.#byHand.peers.has(peer)
  }

  peers(): string[] {
    return [...this.#byHand.peers.keys()]
  }

  places(): number {
    return this.#byHand.places
  }

  async connect(address: Multiaddr): Promise<void> {
    await this.#byHand.connect(address)
  }

  async disconnect(peerId: PeerId): Promise<void> {
    await this.#byHand.disconnect(peerId)
  }

  /** It has none. */
  wordFor(): undefined {
    return undefined
  }
}

class ByHandVoice implements Voice {
  readonly line: Line
  readonly #speaker: Speaker

  constructor(line: Line, speaker: Speaker) {
    this.line = line
    this.#speaker = speaker
  }

  async hello(): Promise<Uint8Array> {
    const { self, isWrong } = this.#speaker
    const chain = isWrong ? { ...CHAIN, chainId: 8 } : CHAIN
    return lineOf(JSON.stringify({ id: self.toString(), ...chain }))
  }

  async answer(): Promise<Uint8Array> {
    return new Uint8Array(0)
  }

  async shake(): Promise<string> {
    this.line.write(await this.hello())
    return this.verdict()
  }

  /** A hello in return is all that is ever said. */
  async verdict(): Promise<string> {
    const heard = await this.line.take((bytes) => {
      const end = bytes.indexOf(10)
      return end === -1 ? undefined : { value: 'accept', end: end + 1 }
    })
    return heard ?? 'end'
  }

  /** Nobody asks. */
  async agree(): Promise<void> {}
}
