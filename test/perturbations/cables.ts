import { connect, createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'

/**
 * The wires of a network on one host: one for each pair of members and direction, so that each member can
 * be cut off from all others. What is sent into a cut wire is not lost and not answered, and nobody hears
 * that a socket was closed, as when a cable is pulled: whatever is still alive when it is mended goes on.
 */
export class Cables {
  readonly #members: readonly string[]
  readonly #cables: readonly Cable[]
  readonly #cut = new Set<string>()

  private constructor(members: readonly string[], cables: readonly Cable[]) {
    this.#members = members
    this.#cables = cables
  }

  static async lay(members: readonly string[]): Promise<Cables> {
    const pairs = members.flatMap((from) =>
      members.filter((to) => to !== from).map((to) => [from, to] as const)
    )
    return new Cables(members, await Promise.all(pairs.map(([from, to]) => Cable.lay(from, to))))
  }

  /** The ports at which a member reaches the others. */
  from(member: string): Record<string, number> {
    const cables = this.#cables.filter(({ from }) => from === member)
    return Object.fromEntries(cables.map(({ to, port }) => [to, port]))
  }

  /** The port at which a member listens now. */
  lead(member: string, port: number): void {
    for (const cable of this.#cables) if (cable.to === member) cable.target = port
  }

  /** Nothing goes to or from the member any more. */
  cut(member: string): void {
    this.#cut.add(member)
    this.#update()
  }

  mend(member: string): void {
    this.#cut.delete(member)
    this.#update()
  }

  async remove(): Promise<void> {
    await Promise.all(this.#cables.map(async (cable) => cable.remove()))
  }

  #update(): void {
    for (const cable of this.#cables) {
      const isCut = this.#members.some(
        (member) => this.#cut.has(member) && (cable.from === member || cable.to === member)
      )
      if (isCut) cable.cut()
      else cable.mend()
    }
  }
}

/** A connection through a cable. */
interface Line {
  readonly near: Socket
  readonly far: Socket
}

class Cable {
  readonly from: string
  readonly to: string
  target = 0
  readonly #server: Server
  readonly #lines = new Set<Line>()
  /** What happened to sockets while the cable was cut, to be told when it is mended. */
  #held: (() => void)[] = []
  #isCut = false

  private constructor(from: string, to: string) {
    this.from = from
    this.to = to
    this.#server = createServer({ noDelay: true, pauseOnConnect: true }, (near) => this.#join(near))
  }

  static async lay(from: string, to: string): Promise<Cable> {
    const cable = new Cable(from, to)
    await new Promise<void>((resolve) => cable.#server.listen(0, '127.0.0.1', resolve))
    return cable
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  cut(): void {
    if (this.#isCut) return
    this.#isCut = true
    for (const { near, far } of this.#lines) {
      near.pause()
      far.pause()
    }
  }

  mend(): void {
    if (!this.#isCut) return
    this.#isCut = false
    const held = this.#held
    this.#held = []
    for (const tell of held) tell()
    for (const { near, far } of this.#lines) {
      near.resume()
      far.resume()
    }
  }

  async remove(): Promise<void> {
    for (const { near, far } of this.#lines) {
      near.destroy()
      far.destroy()
    }
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #join(near: Socket): void {
    near.on('error', () => {})
    this.#unlessCut(() => {
      if (near.destroyed) return
      const far = connect({ port: this.target, host: '127.0.0.1', noDelay: true })
      const line = { near, far }
      this.#lines.add(line)
      far.on('error', () => {})
      this.#forward(near, far)
      this.#forward(far, near)
      near.on('close', () => this.#lines.delete(line))
      near.resume()
    })
  }

  #forward(from: Socket, to: Socket): void {
    from.on('data', (data) => to.write(data))
    from.on('end', () => this.#unlessCut(() => to.end()))
    from.on('close', () => this.#unlessCut(() => to.destroy()))
  }

  #unlessCut(tell: () => void): void {
    if (this.#isCut) this.#held.push(tell)
    else tell()
  }
}
