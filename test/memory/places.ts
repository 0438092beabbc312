import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FsDatastore } from 'datastore-fs'
import { LevelDatastore } from 'datastore-level'
import { onTestFinished } from 'vitest'
import type { Datastore } from 'interface-datastore'

/** A datastore on a disk, to be closed and opened again. */
export interface DiskDatastore extends Datastore {
  open(): Promise<void>
  close(): Promise<void>
}

/** The kinds of datastores on a disk that libp2p's users have. */
export const DISKS = {
  'datastore-level': (folder: string): DiskDatastore => new LevelDatastore(join(folder, 'level')),
  'datastore-fs': (folder: string): DiskDatastore => new FsDatastore(join(folder, 'fs'))
} as const

/** An empty folder; removed when the test is over. */
export async function emptyFolder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'peer-lifecycle-'))
  onTestFinished(async () => rm(path, { recursive: true, force: true }))
  return path
}
