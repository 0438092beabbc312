import { fork } from 'node:child_process'
import { discoveries } from './discoveries.ts'
import { firstStream } from './first-stream.ts'
import { grpc } from './grpc.ts'
import { handshake } from './handshake.ts'
import { inspector } from './inspector.ts'
import { recorder } from './recorder.ts'
import { judge, table } from './report.ts'
import { roundTrips } from './round-trips.ts'
import { trackedPeers } from './tracked-peers.ts'
import type { Figure, Row } from './report.ts'

/**
 * `npm run bench` runs every part, `npm run bench -- handshake` one of them. Prints a table, and with
 * `--json` the same rows as the last line. Benches inform: the exit code is 0 unless one could not run.
 */
const PARTS: Readonly<Record<string, () => Promise<Figure[]>>> = {
  handshake,
  'round-trips': roundTrips,
  'tracked-peers': trackedPeers,
  discoveries,
  'first-stream': firstStream,
  grpc,
  recorder,
  inspector
}

const CHILD = '--child'

async function main(args: readonly string[]): Promise<void> {
  const names = args.filter((arg) => !arg.startsWith('--'))
  const unknown = names.filter((name) => PARTS[name] === undefined)
  if (unknown.length > 0) {
    throw new Error(`Expected ${Object.keys(PARTS).join(', ')}, got ${unknown.join(', ')}`)
  }
  const rows: Row[] = []
  for (const name of names.length > 0 ? names : Object.keys(PARTS)) {
    const ofPart = await inProcessOfItsOwn(name)
    console.log(`${table(ofPart)}\n`)
    rows.push(...ofPart)
  }
  if (args.includes('--json')) console.log(JSON.stringify({ node: process.version, rows }))
}

/** No part pays for the garbage, or profits from the warm code, of another one. */
async function inProcessOfItsOwn(name: string): Promise<Row[]> {
  const child = fork(import.meta.filename, [CHILD, name])
  return new Promise((resolve, reject) => {
    let rows: Row[] | undefined
    child.on('message', (message) => {
      rows = message as Row[]
    })
    child.on('error', reject)
    child.on('exit', (code) => {
      if (code === 0 && rows !== undefined) resolve(rows)
      else reject(new Error(`${name} could not be run, exit code ${code}`))
    })
  })
}

const [first, name = ''] = process.argv.slice(2)
if (first === CHILD) {
  const figures = await PARTS[name]!()
  process.send?.(judge(name, figures), () => process.exit(0))
} else {
  await main(process.argv.slice(2))
}
