import { readdir, readFile, readlink } from 'node:fs/promises'

/**
 * The other ends of the sockets of a process, and of all that it has started, which are not on this machine:
 * as the kernel lists them, such as `tcp 192.0.2.1:443`.
 */
export async function farSockets(root: number): Promise<string[]> {
  const inodes = new Set((await Promise.all((await treeOf(root)).map(inodesOf))).flat())
  const tables = ['tcp', 'tcp6', 'udp', 'udp6'].map(async (kind) => {
    const rows = (await textOf(`/proc/${root}/net/${kind}`)).split('\n').slice(1)
    return rows.flatMap((row) => {
      const [, , remote = '', , , , , , , inode = ''] = row.trim().split(/\s+/)
      const end = inodes.has(inode) ? endOf(remote) : undefined
      return end === undefined ? [] : [`${kind} ${end}`]
    })
  })
  return (await Promise.all(tables)).flat()
}

/** The process and all that it has started, directly or not. */
async function treeOf(root: number): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const parents = await Promise.all(
    pids.map(async (pid) => {
      // behind the name of the program, which may have anything in it
      const fields = (await textOf(`/proc/${pid}/stat`)).split(') ').at(-1)?.split(' ') ?? []
      return [pid, Number(fields[1])] as const
    })
  )
  const tree = [root]
  for (const member of tree) {
    tree.push(...parents.flatMap(([pid, parent]) => (parent === member ? [pid] : [])))
  }
  return tree
}

async function inodesOf(pid: number): Promise<string[]> {
  const folder = `/proc/${pid}/fd`
  const names = await readdir(folder).catch(() => [])
  const links = names.map(async (name) => readlink(`${folder}/${name}`).catch(() => ''))
  return (await Promise.all(links)).flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? [])
}

/** A process may end while it is looked at: then it has nothing any more. */
const textOf = async (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '')

/** The end as text; undefined if there is none, or it is on this machine. */
function endOf(remote: string): string | undefined {
  const [hex = '', port = ''] = remote.split(':')
  // words of four bytes, the lowest first
  const bytes = [...hex.matchAll(/.{8}/g)].flatMap(([word]) =>
    [...word.matchAll(/../g)].map(([byte]) => Number.parseInt(byte, 16)).toReversed()
  )
  const isIpv4 = bytes.length === 4 || MAPPED.every((byte, i) => bytes[i] === byte)
  const last = bytes.slice(-4)
  if (isIpv4 ? last[0] === 0 || last[0] === 127 : isNobodyOrNear(bytes)) return undefined
  const ip = isIpv4 ? last.join('.') : Buffer.from(bytes).toString('hex')
  return `${ip}:${Number.parseInt(port, 16)}`
}

/** What an IPv4 address begins with among IPv6's. */
const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255]

/** `::` and `::1`. */
const isNobodyOrNear = (bytes: readonly number[]): boolean =>
  bytes.slice(0, -1).every((byte) => byte === 0) && bytes.at(-1)! <= 1
