import { readInspectInit } from '../inspector/inspect-options.ts'
import { readPage } from '../inspector/page.ts'
import { serve } from '../inspector/server.ts'
import type { Clock } from '../clock.ts'
import type { Exhibit } from '../inspector/exhibit.ts'

/**
 * Serves it, prints where, and stays until somebody presses Ctrl-C.
 *
 * @throws InvalidOptionsError if the port is none, InspectorError if it is taken
 */
export async function show(exhibit: Exhibit, clock: Clock, port: number): Promise<void> {
  const options = readInspectInit({ port })
  // better now than in the browser
  await readPage().catch((error: unknown) => process.stderr.write(`${(error as Error).message}\n`))
  const inspector = await serve({ exhibit, options, clock })
  process.stdout.write(`${inspector.url}\n`)
  const { promise, resolve } = Promise.withResolvers<void>()
  const stop = (): void => {
    process.once('SIGINT', () => process.exit(1)) // asked twice: at once
    resolve()
  }
  for (const sign of ['SIGINT', 'SIGTERM'] as const) process.once(sign, stop)
  await promise
  await inspector.close()
}
