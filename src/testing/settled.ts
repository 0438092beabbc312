/** Resolves when everything has run that needs no time: every promise that could settle has. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
