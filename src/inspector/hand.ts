import type { Viewer } from './viewer.ts'

/**
 * Hands the viewer one event, and waits until it has taken so much that there is room for another. For what
 * is told to this viewer alone, such as a file: who shows live nodes never waits.
 */
export async function hand(viewer: Viewer, event: Buffer): Promise<void> {
  viewer.send(event)
  for (viewer.pump(); !viewer.isIdle && !viewer.isGone; viewer.pump()) {
    await viewer.room()
  }
}
