import { connect, createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'

/** One connection through the cable: of whoever dialed, and on to whoever is dialed. */
interface Strand {
  readonly near: Socket
  readonly far: Socket
}

/**
 * A cable between two nodes, that a test has in its hands: dials through it can be held back or cut off,
 * what is said in one direction can be held back, and all of it can be cut.
 */
export class Cable {
  readonly #servers: Server[] = []
  readonly #target: () => number
  /** Strands on which nothing has been let through yet. */
  readonly #held = new Set<Socket>()
  readonly #strands = new Set<Strand>()
  #isHolding: boolean

  private constructor(target: () => number, isHolding: boolean) {
    this.#target = target
    this.#isHolding = isHolding
  }

  /** @param isHolding - Are dials held back until they are let through? */
  static async lay(target: () => number, isHolding: boolean): Promise<Cable> {
    const cable = new Cable(target, isHolding)
    await cable.open()
    return cable
  }

  /** The ports at which this end can be dialed. */
  get ports(): number[] {
    return this.#servers.map((server) => (server.address() as AddressInfo).port)
  }

  /** Another port at this end. */
  async open(): Promise<void> {
    const server = createServer({ noDelay: true, pauseOnConnect: true }, (near) => {
      near.on('error', () => {})
      if (!this.#isHolding) return this.#forward(near)
      this.#held.add(near)
      near.on('close', () => this.#held.delete(near))
    })
    this.#servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  }

  /** How many dials are held back. */
  get held(): number {
    return this.#held.size
  }

  /** The dials that are held back get through. */
  release(): void {
    for (const near of this.#held) this.#forward(near)
    this.#held.clear()
  }

  /** The dials that are held back come to nothing. */
  refuse(): void {
    for (const near of this.#held) near.destroy()
    this.#held.clear()
  }

  /** On the connections that are there nothing that this side says gets through, until `hear`. */
  mute(side: 'near' | 'far'): void {
    for (const strand of this.#strands) strand[side].pause()
  }

  hear(): void {
    for (const { near, far } of this.#strands) {
      near.resume()
      far.resume()
    }
  }

  /** Every connection is gone. */
  cut(): void {
    for (const { near, far } of this.#strands) {
      near.resetAndDestroy()
      far.resetAndDestroy()
    }
    this.refuse()
  }

  async take(): Promise<void> {
    this.cut()
    await Promise.all(
      this.#servers.map((server) => new Promise((resolve) => server.close(resolve)))
    )
  }

  #forward(near: Socket): void {
    const far = connect({ port: this.#target(), host: '127.0.0.1', noDelay: true })
    const strand = { near, far }
    this.#strands.add(strand)
    const ends = [
      [near, far],
      [far, near]
    ] as const
    for (const [from, to] of ends) {
      from.on('data', (data) => to.write(data))
      from.on('end', () => to.end())
      from.on('error', () => to.destroy())
      from.on('close', () => {
        this.#strands.delete(strand)
        to.destroy()
      })
    }
    near.resume()
  }
}
