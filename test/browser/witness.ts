import type { BrowserContext } from 'playwright-core'

/** Hosts that are this machine. */
const NEAR = new Set(['127.0.0.1', '[::1]', 'localhost'])

/** Sees what goes wrong in a window: errors, dialogs, violations of a page's policy, requests that leave. */
export class Witness {
  readonly troubles: string[] = []
  readonly #mayLog: RegExp | undefined

  /** @param mayLog - Messages of the console that are no trouble */
  constructor(mayLog?: RegExp) {
    this.#mayLog = mayLog
  }

  /** Watches every page of the window from now on. */
  async watch(context: BrowserContext): Promise<void> {
    context.on('console', (message) => {
      const text = message.text()
      const isTrouble = ['error', 'warning', 'assert'].includes(message.type())
      if (isTrouble && this.#mayLog?.test(text) !== true) this.#note('console', text)
    })
    context.on('weberror', (error) => this.#note('exception', error.error().message))
    context.on('dialog', (dialog) => {
      this.#note('dialog', dialog.message())
      void dialog.dismiss()
    })
    context.on('page', (page) => {
      page.on('crash', () => this.#note('crash', page.url()))
      page.on('popup', (popup) => this.#note('popup', popup.url()))
    })
    context.on('request', (request) => {
      const { protocol, hostname } = new URL(request.url())
      if (/^(?:http|ws)s?:$/.test(protocol) && !NEAR.has(hostname)) {
        this.#note('request', request.url())
      }
    })
    await context.exposeBinding('noteViolation', (_, what: string) => this.#note('policy', what))
    await context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        const { violatedDirective, blockedURI, sample } = event
        const note = globalThis as unknown as { noteViolation: (what: string) => void }
        note.noteViolation(`${violatedDirective} ${blockedURI} ${sample}`)
      })
    })
  }

  #note(kind: string, what: string): void {
    this.troubles.push(`${kind}: ${what}`)
  }
}
