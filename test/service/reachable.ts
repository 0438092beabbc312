/** What can be reached from a value over its own properties, hidden ones and symbols included. */
export interface Reachable {
  /** Values looked at. */
  readonly count: number
  /** Names of the functions. */
  readonly functions: ReadonlySet<string>
  /** Ways to what is neither data nor one of the functions of a plain object. */
  readonly living: readonly string[]
}

/** Walks everything that can be reached. A living thing is named by the way to it, and not entered. */
export function reachable(root: unknown): Reachable {
  const seen = new Set<unknown>()
  const functions = new Set<string>()
  const living: string[] = []
  const waiting: [value: unknown, way: string][] = [[root, '']]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [value, way] = next
    if (seen.has(value)) continue
    if (typeof value === 'function') {
      seen.add(value)
      functions.add(value.name)
    }
    if (typeof value !== 'object' || value === null) continue
    seen.add(value)
    const prototype: unknown = Object.getPrototypeOf(value)
    if (![Object.prototype, Array.prototype, null].includes(prototype as object)) {
      living.push(way)
      continue
    }
    for (const key of Reflect.ownKeys(value)) {
      const to = `${way}.${String(key)}`
      const property = Object.getOwnPropertyDescriptor(value, key)
      if (property?.get !== undefined) living.push(`${to} (getter)`)
      waiting.push([property?.value, to])
    }
  }
  return { count: seen.size, functions, living }
}
