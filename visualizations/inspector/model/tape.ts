import type { Scene, Step } from './scene.ts'
import type { Marks, RefusalsOverTime, Story } from './story.ts'

/** A story that nothing was told of yet. */
export class Tape implements Story {
  readonly scene: Scene = { version: 0, nodes: [], peers: new Map(), counts: new Map(), now: 0 }
  readonly start = 0
  readonly end = 0
  readonly cursor = 0
  readonly isLive = true
  readonly dropped = 0
  readonly lastStep = undefined

  goTo(_position: number): void {}
  goToStep(_step: Step): void {}
  goToTime(_at: number): void {}
  live(): void {}
  pause(): void {}
  stepAt(_position: number): Step | undefined {
    return undefined
  }
  recentSteps(_count: number): Step[] {
    return []
  }
  stepsOf(_key: string): readonly Step[] {
    return []
  }
  nextOf(_key: string): Step | undefined {
    return undefined
  }
  previousOf(_key: string): Step | undefined {
    return undefined
  }
  edgesSince(_at: number): ReadonlyMap<string, number> {
    return new Map()
  }
  refusalsOverTime(_parts: number): RefusalsOverTime {
    return { from: 0, to: 0, width: 0, reasons: new Map() }
  }
  marks(_parts: number): Marks {
    return { steps: [], refusals: [] }
  }
}
