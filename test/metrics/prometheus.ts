import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { onTestFinished, vi } from 'vitest'
import { freePort } from '../network/free-port.ts'
import type { AddressInfo, Server } from 'node:net'

/** Is the program on the PATH? */
export function isInstalled(program: string): boolean {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** One series of an answer. */
interface Sample {
  readonly metric: Readonly<Record<string, string>>
  readonly value: number
}

/** A Prometheus that scrapes one node every second; stopped when the test is over. */
export interface Prometheus {
  /** The answer to an instant query. @throws Error with what Prometheus says is wrong with it */
  query(expr: string): Promise<Sample[]>
  /** Waits until something that is scraped from now on has been stored. */
  scraped(): Promise<void>
}

/** Starts Debian's Prometheus, which scrapes what `metrics` returns. */
export async function startPrometheus(metrics: () => Promise<string>): Promise<Prometheus> {
  let scrapes = 0
  const page = createServer((_, response) => {
    scrapes++
    void metrics().then((text) => response.end(text))
  })
  const target = await listening(page)
  onTestFinished(() => void page.close())

  const folder = await mkdtemp(join(tmpdir(), 'prometheus-'))
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s' },
    scrape_configs: [{ job_name: 'node', static_configs: [{ targets: [`127.0.0.1:${target}`] }] }]
  }
  // YAML is a superset of JSON
  await writeFile(join(folder, 'prometheus.yml'), JSON.stringify(config))
  const port = await freePort()
  const prometheus = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error'
    ],
    { stdio: 'ignore' }
  )
  const ended = new Promise((resolve) => prometheus.once('exit', resolve))
  onTestFinished(async () => {
    prometheus.kill()
    await ended
    await rm(folder, { recursive: true, force: true })
  })

  const query = async (expr: string): Promise<Sample[]> => {
    const body = new URLSearchParams({ query: expr })
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/query`, { method: 'POST', body })
    const answer = (await response.json()) as Answer
    if (answer.status !== 'success') throw new Error(`${expr}: ${answer.error}`)
    return answer.data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }))
  }
  await patiently(async () => {
    if ((await query('up == 1')).length === 0) throw new Error('Not scraped yet')
  })
  return {
    query,
    scraped: async () => {
      // the one that may be under way has begun before, and is stored when the one after it has begun
      const enough = scrapes + 3
      await patiently(() => {
        if (scrapes < enough) throw new Error('Not scraped yet')
      })
    }
  }
}

/** A program that starts, and scrapes once a second, takes its time on a machine that is busy. */
async function patiently(assertion: () => void | Promise<void>): Promise<void> {
  await vi.waitFor(assertion, { timeout: 40_000, interval: 50 })
}

interface Answer {
  readonly status: 'success' | 'error'
  readonly error?: string
  readonly data: {
    readonly result: readonly { metric: Record<string, string>; value: [number, string] }[]
  }
}

/** Runs a program with this input; what it prints, and how it exits. */
export async function ran(
  program: string,
  args: readonly string[],
  input: string
): Promise<{ code: number | null; output: string }> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  const pieces: Buffer[] = []
  child.stdout.on('data', (piece: Buffer) => pieces.push(piece))
  child.stderr.on('data', (piece: Buffer) => pieces.push(piece))
  child.stdin.end(input)
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  return { code, output: Buffer.concat(pieces).toString() }
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}
