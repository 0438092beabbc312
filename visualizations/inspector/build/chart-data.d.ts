/** The peer's chart, read from the machine when the page is built. */
declare module 'virtual:chart' {
  import type { ChartState } from '../../chart.ts'

  export const STATES: readonly ChartState[]
  /**
   * For each transition, `<from> <event> <to>`, the value of `data-edge` of the line that stands for it;
   * undefined if it is told below the picture, and not drawn.
   */
  export const EDGES: Readonly<Record<string, string | undefined>>
}

declare module 'virtual:chart.css' {}
