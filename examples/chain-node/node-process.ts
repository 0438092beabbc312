import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Member } from './members.ts'
import type { Call, Message, NodeEvent, Orders, Standing } from './orders.ts'
import type { ChildProcess } from 'node:child_process'

const PROGRAM = fileURLToPath(new URL('process.ts', import.meta.url))

interface Waiting {
  resolve(value: unknown): void
  reject(error: Error): void
}

/** One of the seven, seen from the first process. */
export class NodeProcess {
  readonly name: Member
  /** Where the node stood when it last said so; undefined before it has joined. */
  standing: Standing | undefined
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, Waiting>()
  readonly #ended: Promise<void>
  #calls = 0

  /** @param onNews - There is an event, or the standing has changed */
  constructor(name: Member, onNews: (event: NodeEvent | undefined) => void) {
    this.name = name
    this.#child = fork(PROGRAM, [name])
    this.#ended = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => {
        this.#endedWith(new Error(`${name} has ended: ${signal ?? code}`))
        resolve()
      })
    })
    this.#child.on('error', (err) => this.#endedWith(err))
    this.#child.on('message', (message: Message) => {
      if ('reply' in message) return this.#settle(message)
      if ('standing' in message) this.standing = message.standing
      onNews('event' in message ? message.event : undefined)
    })
  }

  /** Rejects with what the node threw, or if its process ends first. */
  async ask<Name extends keyof Orders>(
    name: Name,
    ...args: Parameters<Orders[Name]>
  ): Promise<Awaited<ReturnType<Orders[Name]>>> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    const id = this.#calls++
    this.#waiting.set(id, { resolve, reject })
    if (this.#child.connected) this.#child.send({ id, name, args } as Call)
    else this.#endedWith(new Error(`${this.name} has ended`))
    return (await promise) as Awaited<ReturnType<Orders[Name]>>
  }

  /** Ends the process, if it has not ended. */
  async end(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#ended
  }

  #settle(message: Extract<Message, { reply: number }>): void {
    const waiting = this.#waiting.get(message.reply)
    this.#waiting.delete(message.reply)
    if ('error' in message) waiting?.reject(new Error(`${this.name}: ${message.error}`))
    else waiting?.resolve(message.value)
  }

  #endedWith(error: Error): void {
    for (const waiting of this.#waiting.values()) waiting.reject(error)
    this.#waiting.clear()
  }
}
