import { connect } from 'node:net'
import { onTestFinished } from 'vitest'
import { within } from '../network/waiting.ts'
import type { Socket } from 'node:net'

/** A socket to whoever listens there, as anything that can open one has it. */
export class RawRequest {
  readonly socket: Socket
  /** What was answered. */
  answer = ''
  readonly #over = Promise.withResolvers<void>()

  constructor(port: number, host = '127.0.0.1') {
    this.socket = connect({ port, host })
    this.socket.setEncoding('latin1')
    this.socket.on('data', (text) => (this.answer += String(text)))
    this.socket.on('error', () => {})
    this.socket.on('close', () => this.#over.resolve())
    onTestFinished(() => void this.socket.destroy())
  }

  /** Says it, and waits until the other side has closed. */
  static async said(port: number, text: string | Uint8Array): Promise<RawRequest> {
    const request = new RawRequest(port)
    request.socket.write(text)
    await request.over()
    return request
  }

  async over(): Promise<void> {
    await within(this.#over.promise)
  }

  get status(): number | undefined {
    const [, status] = /^HTTP\/1\.1 (\d{3}) /.exec(this.answer) ?? []
    return status === undefined ? undefined : Number(status)
  }

  get head(): string {
    return this.answer.split('\r\n\r\n')[0] ?? ''
  }
}
