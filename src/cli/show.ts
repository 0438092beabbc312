import { readInspectInit } from '../inspector/inspect-options.ts'
import { readPage } from '../inspector/page.ts'
import { serve } from '../inspector/server.ts'
import type { Clock } from '../clock.ts'
import type { Exhibit } from '../inspector/exhibit.ts'
import type { Shell } from './shell.ts'

/**
 * Serves it, prints where, and stays until somebody presses Ctrl-C.
 *
 * @throws InvalidOptionsError if the port is none, InspectorError if it is taken
 */
export async function show(
  exhibit: Exhibit,
  clock: Clock,
  port: number,
  shell: Shell
): Promise<void> {
  const options = readInspectInit({ port })
  // better now than in the browser
  await readPage().catch((error: unknown) => shell.complain((error as Error).message))
  const inspector = await serve({ exhibit, options, clock })
  shell.print(inspector.url)
  await shell.interrupted
  await inspector.close()
}
