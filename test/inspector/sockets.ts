import { readFileSync, readdirSync, readlinkSync } from 'node:fs'

/** The state of a socket that listens, in the kernel's tables. */
const LISTENS = '0A'

/**
 * Where this process listens, as the kernel has it: `127.0.0.1:4321`, `[::]:80`, ...
 *
 * @see proc(5), `/proc/net/tcp`
 */
export function listening(): string[] {
  const own = new Set(
    readdirSync('/proc/self/fd').flatMap((fd) => /^socket:\[(\d+)\]$/.exec(linkOf(fd))?.[1] ?? [])
  )
  return ['tcp', 'tcp6'].flatMap((table) => {
    const rows = readFileSync(`/proc/self/net/${table}`, 'utf8').trim().split('\n').slice(1)
    return rows.flatMap((row) => {
      const [, local = '', , state, , , , , , inode = ''] = row.trim().split(/\s+/)
      return state === LISTENS && own.has(inode) ? [addressOf(local)] : []
    })
  })
}

/** What a file descriptor is; nothing if it is closed by now, as the one that lists them is. */
function linkOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    return ''
  }
}

/** Of `0100007F:10E1`, or what is four times as long, with the bytes of each word in the machine's order. */
function addressOf(text: string): string {
  const [words = '', port = ''] = text.split(':')
  const bytes = (words.match(/.{8}/g) ?? []).flatMap((word) =>
    (word.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16)).toReversed()
  )
  const isShort = bytes.length === 4
  const host = isShort ? bytes.join('.') : `[${bytes.map((byte) => byte.toString(16)).join('')}]`
  return `${host}:${Number.parseInt(port, 16)}`
}
