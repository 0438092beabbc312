/** One event of the stream. The data is written as JSON, on one line. */
export const eventOf = (name: string, data: unknown): Buffer =>
  Buffer.from(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`)

/** The event that carries lines of a node, each with its end. */
export function linesEvent(node: number, lines: readonly string[]): Buffer {
  return Buffer.from(`event: node:${node}\ndata: ${lines.join('data: ')}\n`)
}

/** What says nothing but that we are there. */
export const COMMENT = Buffer.from(':\n\n')
