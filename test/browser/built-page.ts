import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { fileURLToPath } from 'node:url'

const BUILD = fileURLToPath(
  new URL('../../visualizations/inspector/build/index.ts', import.meta.url)
)

/** The inspector's page is what its sources say, also where nobody has built it. */
export async function builtPage(): Promise<void> {
  await promisify(execFile)(process.execPath, [BUILD, '--if-older'])
}
