/** A table in Markdown. Bars inside a cell are escaped; a cell is one line. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[]
): string {
  const lines = [head, head.map(() => '---'), ...rows]
  return lines.map((cells) => `| ${cells.map(cellOf).join(' | ')} |`).join('\n')
}

function cellOf(text: string): string {
  return text.replaceAll('|', String.raw`\|`).replace(/\s+/g, ' ')
}

/** A name as code. */
export function code(text: string): string {
  return `\`${text}\``
}

/** `a`, `b` and `c`. */
export function listed(items: readonly string[]): string {
  const last = items.at(-1) ?? ''
  return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} and ${last}`
}
