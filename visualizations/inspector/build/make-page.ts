import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { chartPlugin } from './chart-plugin.ts'
import { oneFilePlugin } from './one-file-plugin.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** Builds the page: one HTML file that needs nothing else. The same sources make the same bytes. */
export async function makePage(): Promise<string> {
  const made = await build({
    root: ROOT,
    configFile: false,
    logLevel: 'warn',
    base: './',
    plugins: [await chartPlugin(), oneFilePlugin()],
    build: {
      write: false,
      target: 'es2023',
      modulePreload: false,
      cssCodeSplit: false,
      assetsInlineLimit: 0,
      reportCompressedSize: false
    }
  })
  const [page, ...others] = [made].flat().flatMap((one) => ('output' in one ? one.output : []))
  if (page?.type === 'asset' && others.length === 0) return String(page.source)
  throw new Error(`Expected one file, got ${others.length + 1}`)
}
