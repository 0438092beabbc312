/** A recording from disk is shown as far as it can be, and whatever it is, the page goes on. */
import { describe, expect, test } from 'vitest'
import { replayRecording } from '../../../src/inspector/replay.ts'
import { RecordingFile } from '../../../visualizations/inspector/model/recording-file.ts'
import { recordedLife } from '../../recorder/life.ts'

/** A pace whose stints end at once, that counts how often the page had its turn. */
class Steps {
  turns = 0
  #now = 0

  now(): number {
    return (this.#now += 1)
  }

  rest(): Promise<void> {
    this.turns++
    return Promise.resolve()
  }
}

async function opened(...parts: readonly BlobPart[]): Promise<RecordingFile> {
  const file = new RecordingFile(new File([...parts], 'node.jsonl'), new Steps(), () => {})
  await file.read()
  return file
}

describe('a recording from disk', () => {
  test('is shown and replayed', async () => {
    const { lines, world } = await recordedLife()
    const { feed, tape } = await opened(...lines)
    expect(feed).toMatchObject({ name: 'node.jsonl', progress: 1, isReading: false, isTorn: false })
    expect(feed.problem).toBeUndefined()
    const { decisions } = await replayRecording(lines)
    const text = `${decisions} decisions replay to the same states`
    expect(feed.verdict).toEqual({ isSame: true, text })
    for (const { peerId, path, reason, direction } of world.peers.getPeers()) {
      const peer = tape.scene.peers.get(`0/${peerId.toString()}`)
      expect(peer).toMatchObject({ path })
      expect([peer?.reason, peer?.direction]).toEqual([reason, direction])
    }
    tape.goTo(0)
    expect(tape.scene.peers.size).toBe(0)
  })
})
