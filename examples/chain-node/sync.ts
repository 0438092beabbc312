import { checkHeader, InvalidBlockError } from './chain.ts'
import { readHeader, readTransaction } from './codec.ts'
import { fromHex } from './encoding.ts'
import { headerHash } from './header.ts'
import type { Chain } from './chain.ts'
import type { ChainClient } from './clients.ts'
import type { Header } from './header.ts'
import type { CallOptions } from '@connectrpc/connect'

/**
 * Brings the chain to the head of a peer. Headers first, each checked as it comes; bodies only for those that hold.
 *
 * @throws InvalidBlockError or InvalidMessageError if the peer sends what no honest node sends; a ConnectError if the
 * call fails
 */
export async function catchUp(
  client: ChainClient,
  chain: Chain,
  options: CallOptions = {}
): Promise<void> {
  for (;;) {
    const headers = await headersAfter(chain.head, client, chain, options)
    if (headers.length === 0) return
    const missing = headers.values()
    for await (const { transactions } of client.sync(hashesOf(headers), options)) {
      const { value: header } = missing.next()
      if (header === undefined) throw new InvalidBlockError('Invalid block: nobody asked for it')
      chain.append({ header, transactions: transactions.map(readTransaction) })
    }
    if (missing.next().done !== true) throw new InvalidBlockError('Invalid block: no body')
  }
}

async function headersAfter(
  head: Header,
  client: ChainClient,
  { schedule }: Chain,
  options: CallOptions
): Promise<Header[]> {
  const headers: Header[] = []
  for await (const message of client.getHeaders({ after: head.number }, options)) {
    const header = readHeader(message)
    checkHeader(header, headers.at(-1) ?? head, schedule)
    headers.push(header)
  }
  return headers
}

async function* hashesOf(headers: readonly Header[]): AsyncGenerator<{ hash: Uint8Array }> {
  for (const header of headers) yield { hash: fromHex(headerHash(header)) }
}
