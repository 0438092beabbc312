import type { ComponentLogger, Logger } from '@libp2p/interface'

const ignore = (): void => {}

/** A logger that writes down what one component says, with its values in their places. */
export class Notebook implements ComponentLogger {
  readonly lines: string[] = []
  readonly #component: string

  constructor(component: string) {
    this.#component = component
  }

  forComponent(name: string): Logger {
    const enabled = name === this.#component
    const log = (format: string, ...values: unknown[]): void => {
      if (enabled) this.lines.push(format.replaceAll(/%[a-z]/g, () => String(values.shift())))
    }
    const newScope = (scope: string): Logger => this.forComponent(`${name}:${scope}`)
    return Object.assign(log, { enabled, error: ignore, trace: ignore, newScope })
  }
}

/** What rewrites a terminal, a log line or a reader's eye, and what could pass for another line. */
export const HOSTILE_STRINGS: readonly string[] = [
  '\u001b[31mred\u001b[2J',
  'a\r\nlibp2p:peer-lifecycle:refusals refused reason=protocol-violation by=local ip=192.0.2.1 retry=',
  'a\nrefused reason=banned by=local door=handshake direction=inbound peer=x ip=192.0.2.1 retry=-',
  'x" ip=192.0.2.1 n=1 detail="',
  ' ip=192.0.2.1 ',
  'nul\u0000byte',
  '\u009b31m',
  'bidi \u202Eab\u2066c\u200F',
  'zero\u200Bwidth\uFEFF',
  'lines\u2028and\u2029paragraphs',
  'lone \uD800 and \uDC00',
  'tags \u{E0041}',
  '%s %d %o %p',
  '__proto__',
  '漢字 🦄 Ünïcödé',
  'long '.repeat(10_000),
  ''
]

/** Controls, format characters, lone surrogates, separators: none of these may reach a log. */
export const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u
