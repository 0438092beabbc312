import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Member } from './network.ts'

/** Writes what every node has recorded: a file each, by the node's name. Gives how many there are. */
export async function writeRecordings(folder: string, members: readonly Member[]): Promise<number> {
  await mkdir(folder, { recursive: true })
  const recording = members.flatMap(({ name, peers }) => (peers ? [{ name, peers }] : []))
  await Promise.all(
    recording.map(async ({ name, peers }) =>
      writeFile(join(folder, `${name}.jsonl`), peers.recording())
    )
  )
  return recording.length
}
