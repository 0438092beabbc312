/** Where a node can be reached: its peer id and its addresses, as text. */
export interface Place {
  readonly peer: string
  readonly addresses: readonly string[]
}
