/** What one world came to, as `results.json` keeps it. */
export interface WorldResult {
  readonly seed: number
  readonly nodes: number
  readonly hours: number
  readonly simulatedMs: number
  readonly events: number
  /** Faults of all classes. */
  readonly faults: number
  readonly violations: number
  readonly hash: string
  /** Seconds of one core, the search for the cause of violations included. */
  readonly cpuSeconds: number
}
