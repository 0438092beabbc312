import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateKeyPair, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { Cables } from './cables.ts'
import type { AddressInfo, Server } from 'node:net'
import type { ChildProcess } from 'node:child_process'
import type { Orders, Question, Report } from './member.ts'

const MEMBER = join(import.meta.dirname, 'member.ts')
const NEXT_WIRE = join(import.meta.dirname, 'next-wire.ts')

/** The wire that a member speaks: this version's, or the next minor one's. */
export type Wire = 'current' | 'next'

/** How long a network needs to begin with, processes and all. */
const BEGINNING = 60_000

/** Milliseconds between two looks at whether everybody answers, when nothing else happens. */
const LOOK = 250

/** One life of a member. */
interface Life {
  readonly process: ChildProcess
  readonly wire: Wire
  /** Who is authorized there, as far as it has said. */
  authorized: ReadonlySet<string>
  protocols: readonly string[]
}

interface Member {
  readonly name: string
  readonly id: string
  readonly orders: Orders
  /** Keeps the port by which others know it from anybody else. */
  readonly sign: Server
  life: Life | undefined
}

/**
 * Some processes, each a node with the service, a DHT and a folder of its own, that know one address of
 * one of them. Whole is a network in which everybody is authorized with everybody and answers.
 */
export class PerturbedNetwork {
  readonly #members: readonly Member[]
  readonly #cables: Cables
  readonly #folder: string
  /** What has happened, for whoever wants to know why it is not whole. */
  readonly story: string[] = []
  readonly #began = performance.now()
  #questions = 0

  private constructor(members: readonly Member[], cables: Cables, folder: string) {
    this.#members = members
    this.#cables = cables
    this.#folder = folder
  }

  /** @param isSteady - The back-off after a lost connection does not grow */
  static async start(size: number, isSteady = false): Promise<PerturbedNetwork> {
    const folder = await mkdtemp(join(tmpdir(), 'peer-lifecycle-'))
    const names = Array.from({ length: size }, (_, i) => String.fromCharCode(97 + i))
    const cables = await Cables.lay(names)
    const signs = await Promise.all(names.map(keptPort))
    const ports = signs.map((sign) => (sign.address() as AddressInfo).port)
    const portOf = (name: string): number => ports[names.indexOf(name)] ?? 0
    const keys = await Promise.all(names.map(async () => generateKeyPair('Ed25519')))
    const ids = keys.map((key) => peerIdFromPrivateKey(key).toString())
    const seed = `/ip4/127.0.0.1/tcp/${portOf(names[0] ?? '')}/p2p/${ids[0]}`
    const members = names.map((name, i): Member => {
      const key = Buffer.from(privateKeyToProtobuf(keys[i]!)).toString('base64')
      const ways = Object.entries(cables.from(name)).map(([to, port]) => [portOf(to), port])
      const orders: Orders = {
        key,
        folder: join(folder, name),
        name: portOf(name),
        cables: Object.fromEntries(ways) as Record<number, number>,
        seed: i === 0 ? undefined : seed,
        isSteady
      }
      return { name, id: ids[i]!, orders, sign: signs[i]!, life: undefined }
    })
    const network = new PerturbedNetwork(members, cables, folder)
    try {
      await Promise.all(names.map(async (name) => network.revive(name, 'current')))
      await network.healed(BEGINNING)
    } catch (error) {
      await network.end()
      throw error
    }
    return network
  }

  get names(): string[] {
    return this.#members.map(({ name }) => name)
  }

  /** The protocols that a member handles. */
  protocolsOf(name: string): readonly string[] {
    return this.#of(name).life?.protocols ?? []
  }

  /** Begins a life of a member: settles when it is loaded and told to start. */
  async revive(name: string, wire: Wire = this.#of(name).life?.wire ?? 'current'): Promise<void> {
    const member = this.#of(name)
    const execArgv = wire === 'next' ? ['--import', NEXT_WIRE] : []
    const child = fork(MEMBER, { execArgv })
    await heard(child, 'ready')
    const life: Life = { process: child, wire, authorized: new Set(), protocols: [] }
    member.life = life
    child.on('message', (report: Report) => this.#onReport(member, life, report))
    child.send(member.orders)
    this.#note(`${name} starts`)
  }

  cut(name: string): void {
    this.#note(`${name} is cut off`)
    this.#cables.cut(name)
  }

  mend(name: string): void {
    this.#note(`${name} is mended`)
    this.#cables.mend(name)
  }

  /** SIGKILL, SIGSTOP or SIGCONT. */
  async signal(name: string, signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): Promise<void> {
    const child = this.#processOf(name)
    this.#note(`${name} gets ${signal}`)
    child.kill(signal)
    if (signal === 'SIGKILL') await once(child, 'close')
  }

  /** The member says goodbye and stops. */
  async stop(name: string): Promise<void> {
    const child = this.#processOf(name)
    this.#note(`${name} stops`)
    child.send({ ask: 'stop' } satisfies Question)
    await once(child, 'close')
  }

  /**
   * Milliseconds until everybody is authorized with everybody, and answers.
   *
   * @throws if it takes longer than it may, with everything that happened until then
   */
  async healed(within: number): Promise<number> {
    const began = performance.now()
    while (performance.now() - began < within) {
      if (this.#members.every((member) => this.#isFull(member)) && (await this.#allAnswer())) {
        this.#note('whole')
        return performance.now() - began
      }
      await this.#change()
    }
    throw new Error(`Not whole after ${within} ms:\n${this.#state()}\n${this.story.join('\n')}`)
  }

  async end(): Promise<void> {
    for (const { life, sign } of this.#members) {
      life?.process.kill('SIGKILL')
      sign.close()
    }
    await this.#cables.remove()
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 3 })
  }

  #of(name: string): Member {
    const member = this.#members.find((it) => it.name === name)
    if (member === undefined) throw new Error(`There is no member ${name}`)
    return member
  }

  #processOf(name: string): ChildProcess {
    const { life } = this.#of(name)
    if (life === undefined) throw new Error(`${name} is not alive`)
    return life.process
  }

  #isFull({ id, life }: Member): boolean {
    return this.#members.every(
      (other) => other.id === id || life?.authorized.has(other.id) === true
    )
  }

  /** Has everybody just had an answer from everybody, on a stream that is gated? */
  async #allAnswer(): Promise<boolean> {
    const number = ++this.#questions
    const all = this.#members.map(async ({ life }) => {
      if (life === undefined) return false
      const answer = heard(life.process, 'streams', (report) => report.number === number)
      life.process.send({ ask: 'streams', number } satisfies Question)
      const { peers } = await answer
      return peers.length === this.#members.length - 1
    })
    return (await Promise.all(all)).every(Boolean)
  }

  /** Settles when somebody says something, or when it is time to look again. */
  async #change(): Promise<void> {
    const over = new AbortController()
    const news = this.#members.flatMap(({ life }) =>
      life === undefined ? [] : [once(life.process, 'message', { signal: over.signal })]
    )
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, LOOK)
    for (const one of news)
      one.then(
        () => resolve(),
        () => {}
      )
    await promise
    clearTimeout(timer)
    over.abort()
  }

  #onReport(member: Member, life: Life, report: Report): void {
    if (report.type === 'started') {
      life.protocols = report.protocols
      this.#cables.lead(member.name, report.port)
    }
    if (report.type === 'failed') this.#note(`${member.name} failed: ${report.error}`)
    if (report.type !== 'authorized') return
    life.authorized = new Set(report.peers)
    const { why } = report
    this.#note(`${member.name}: ${this.#names(report.peers)}${why === undefined ? '' : `, ${why}`}`)
  }

  #names(ids: Iterable<string>): string {
    const known = new Set(ids)
    return this.#members.map(({ id, name }) => (known.has(id) ? name : '-')).join('')
  }

  #state(): string {
    return this.#members
      .map(({ name, life }) => `${name}: ${this.#names(life?.authorized ?? [])}`)
      .join('  ')
  }

  #note(what: string): void {
    this.story.push(`${((performance.now() - this.#began) / 1_000).toFixed(2)} s  ${what}`)
  }
}

/** The next report of this type; fails if the process ends before. */
async function heard<Type extends Report['type']>(
  child: ChildProcess,
  type: Type,
  accepts: (report: Extract<Report, { type: Type }>) => boolean = () => true
): Promise<Extract<Report, { type: Type }>> {
  const { promise, resolve, reject } = Promise.withResolvers<Extract<Report, { type: Type }>>()
  const onMessage = (report: Report): void => {
    if (report.type === 'failed') reject(new Error(report.error))
    if (report.type !== type) return
    const found = report as Extract<Report, { type: Type }>
    if (accepts(found)) resolve(found)
  }
  const onClose = (): void => reject(new Error(`A member ended before it said ${type}`))
  child.on('message', onMessage)
  child.once('close', onClose)
  try {
    return await promise
  } finally {
    child.off('message', onMessage)
    child.off('close', onClose)
  }
}

/** A port that nobody answers at: whoever goes there is sent away. */
async function keptPort(): Promise<Server> {
  const server = createServer((socket) => socket.destroy())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}
