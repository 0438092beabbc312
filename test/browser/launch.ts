import { chromium } from 'playwright-core'
import { isInstalled } from '../metrics/prometheus.ts'
import type { RecordingProxy } from './recording-proxy.ts'
import type { Browser } from 'playwright-core'

/** Can pages be looked at on this machine? In CI they must be. */
export const hasChromium = isInstalled('chromium')

/** Where nobody is. A browser that asks its maker for news, accounts and what forms are for asks there. */
const NOBODY = 'http://127.0.0.1:9/'

/** Debian's, which `.ci/run` installs. All but this machine is asked of the proxy. */
export async function launch(proxy: RecordingProxy): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      `--component-updater=url-source=${NOBODY}`,
      `--gaia-url=${NOBODY}`,
      `--autofill-server-url=${NOBODY}`,
      '--disable-extensions',
      '--no-first-run',
      // the sandbox is not for root
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])
    ],
    proxy: { server: proxy.url, bypass: '127.0.0.1' }
  })
}
