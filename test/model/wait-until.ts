/** Milliseconds in which anything happens on this network of one process, or never does. */
const DEADLINE = Number(process.env['MODEL_DEADLINE'] ?? 10_000)

/**
 * Waits until this holds; fails with what is given instead after the deadline.
 *
 * @param instead - What is true if it does not hold, for people
 */
export async function waitUntil(holds: () => boolean, instead: () => string): Promise<void> {
  const end = performance.now() + DEADLINE
  while (!holds()) {
    if (performance.now() > end) throw new Error(instead())
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}
