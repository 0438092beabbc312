/** One figure of a bench, and what it ought to be. */
export interface Row {
  readonly part: string
  readonly name: string
  readonly value: number
  /** `x`: a ratio; `RTT`: round trips; `us`, `ms`: CPU or wall time; `B`: bytes of heap; `/s`, `MB/s`, `fps`: a rate; `%`: of a core. */
  readonly unit: 'x' | 'RTT' | 'us' | 'ms' | 'B' | '/s' | 'MB/s' | 'fps' | '%' | 'MB' | ''
  /** The middle half of the single measurements. */
  readonly spread?: readonly [number, number]
  /** What the value should not exceed. A row without one only informs. */
  readonly target?: number
  /** The other way round: what it should reach. */
  readonly isLeast?: boolean
  /** Whether it does not; only there with a target. */
  readonly passes?: boolean
}

/** What one bench measured, before it is judged. */
export type Figure = Omit<Row, 'part' | 'passes'>

export function judge(part: string, figures: readonly Figure[]): Row[] {
  return figures.map((figure) => ({
    part,
    ...figure,
    ...(figure.target !== undefined && {
      passes:
        figure.isLeast === true ? figure.value >= figure.target : figure.value <= figure.target
    })
  }))
}

/** The rows as a table for people. */
export function table(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.part,
    row.name,
    `${shown(row.value)} ${row.unit}`,
    row.spread === undefined ? '' : `${shown(row.spread[0])} - ${shown(row.spread[1])}`,
    row.target === undefined ? '' : `${row.isLeast === true ? '>=' : '<='} ${shown(row.target)}`,
    row.passes === undefined ? '' : row.passes ? 'pass' : 'FAIL'
  ])
  const lines = [['part', 'name', 'value', 'middle half', 'target', ''], ...cells]
  const widths = lines[0]!.map((_, column) =>
    Math.max(...lines.map((line) => line[column]!.length))
  )
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd()
    )
    .join('\n')
}

function shown(value: number): string {
  if (Math.abs(value) >= 100) return value.toFixed(0)
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2)
}
