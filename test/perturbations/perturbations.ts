import type { PerturbedNetwork } from './network.ts'

/** What is done to one member of a network; it is over when the promise settles. */
export interface Perturbation {
  readonly name: string
  readonly perturb: (network: PerturbedNetwork, member: string) => Promise<void>
}

/** Milliseconds that a member is cut off or stands still: CometBFT's runner takes ten seconds, too. */
const AWAY = 10_000

/** Milliseconds that a member is down, long enough for the others to notice and to try. */
const DOWN = 3_000

const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms))

/** The five perturbations of CometBFT's end-to-end tests. */
export const PERTURBATIONS: readonly Perturbation[] = [
  {
    name: 'disconnect',
    perturb: async (network, member) => {
      network.cut(member)
      await pause(AWAY)
      network.mend(member)
    }
  },
  {
    name: 'kill',
    perturb: async (network, member) => {
      await network.signal(member, 'SIGKILL')
      await pause(DOWN)
      await network.revive(member)
    }
  },
  {
    name: 'pause',
    perturb: async (network, member) => {
      await network.signal(member, 'SIGSTOP')
      await pause(AWAY)
      await network.signal(member, 'SIGCONT')
    }
  },
  {
    name: 'restart',
    perturb: async (network, member) => {
      await network.stop(member)
      await pause(DOWN)
      await network.revive(member)
    }
  },
  {
    name: 'upgrade',
    perturb: async (network, member) => {
      await network.stop(member)
      await network.revive(member, 'next')
    }
  }
]
