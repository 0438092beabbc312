import type { ForkVerdict } from '../../src/handshake/fork-id.ts'

// The test vectors of EIP-2124 and EIP-6122, whole, and those that go-ethereum has beside them.

const GENESIS = '0xd4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3'

/** What no fork will ever be. */
export const NEVER = 2n ** 64n - 1n

/** The fork hash of a stage of a chain, and the block or time with which the stage begins. */
type Stage = readonly [from: number, hash: number]

// Ethereum's main network by block: Frontier, Homestead, DAO, Tangerine, Spurious, Byzantium, Petersburg
const TO_PETERSBURG: readonly Stage[] = [
  [0, 0xfc64ec04],
  [1_150_000, 0x97c2c34c],
  [1_920_000, 0x91d1f948],
  [2_463_000, 0x7a64da13],
  [2_675_000, 0x3edd5b10],
  [4_370_000, 0xa00bc324],
  [7_280_000, 0x668db0af]
]
// Istanbul, Muir Glacier, Berlin, London, Arrow Glacier, Gray Glacier
const TO_GRAY_GLACIER: readonly Stage[] = [
  ...TO_PETERSBURG,
  [9_069_000, 0x879d6e30],
  [9_200_000, 0xe029e991],
  [12_244_000, 0x0eb440f6],
  [12_965_000, 0xb715077d],
  [13_773_000, 0x20c327fc],
  [15_050_000, 0xf0afd0e3]
]
// and by time: Shanghai, Cancun, Prague, Osaka, and two changes of blob parameters
const FROM_SHANGHAI: readonly Stage[] = [
  [1_681_338_455, 0xdce96c2d],
  [1_710_338_135, 0x9f3d2254],
  [1_746_612_311, 0xc376cf8b],
  [1_764_798_551, 0x5167e2a6],
  [1_765_290_071, 0xcba2a1c0],
  [1_767_747_671, 0x07c9462e]
]

export interface ForkNetwork {
  readonly genesis: string
  readonly forks: readonly number[]
  readonly timeForks?: readonly number[]
}

const startOf = ([from]: Stage) => from

function network(genesis: string, byBlock: readonly Stage[], byTime?: readonly Stage[]) {
  const forks = byBlock.slice(1).map(startOf)
  return byTime === undefined
    ? { genesis, forks }
    : { genesis, forks, timeForks: byTime.map(startOf) }
}

// EIP-6122: a merge split by block and withdrawals by time
const TO_MERGE: readonly Stage[] = [...TO_GRAY_GLACIER, [18_000_000, 0x4fb8a872]]
const FROM_WITHDRAWALS: readonly Stage[] = [[1_668_000_000, 0xc1fdf181]]

export const PETERSBURG: ForkNetwork = network(GENESIS, TO_PETERSBURG)
const BY_BLOCK: ForkNetwork = network(GENESIS, TO_GRAY_GLACIER)
export const MAINNET: ForkNetwork = network(GENESIS, TO_GRAY_GLACIER, FROM_SHANGHAI)
const WITHDRAWALS: ForkNetwork = network(GENESIS, TO_MERGE, FROM_WITHDRAWALS)

// the test networks of EIP-2124
const ROPSTEN = '0x41941023680923e0fe4d74a34bdac8141f2540e3ae90623718e47d66d1ca4a2d'
const TO_ROPSTEN_ISTANBUL: readonly Stage[] = [
  [0, 0x30c7ddbc],
  [10, 0x63760190],
  [1_700_000, 0x3ea159c7],
  [4_230_000, 0x97b544f3],
  [4_939_394, 0xd6e2149b],
  [6_485_846, 0x4bc66396]
]
const RINKEBY = '0x6341fd3daf94b748c72ced5a5b26028f2474f5f00d824504e4fa37a75767e177'
const TO_RINKEBY_ISTANBUL: readonly Stage[] = [
  [0, 0x3b8e0691],
  [1, 0x60949295],
  [2, 0x8bde40dd],
  [3, 0xcb3a64bb],
  [1_035_301, 0x8d748b57],
  [3_660_663, 0xe49cab14],
  [4_321_234, 0xafec6b27],
  [5_435_345, 0xcbdb8838]
]
const GOERLI = '0xbf7e331f7f7c1dd2e05159666b3bf8bc7a8a3a9eb1d518969eab529dd9b88c1a'
const TO_GOERLI_ISTANBUL: readonly Stage[] = [
  [0, 0xa3f5ab08],
  [1_561_651, 0xc25efa5c]
]

/** Our network, block and time, and the fork id that we say: hash and next. */
type CreationVector = readonly [ForkNetwork, number, number, number, number]

// The first block of every stage and its last, as the tables of the standards have them; the last stage
// lasts for ever.
function creations(
  genesis: string,
  byBlock: readonly Stage[],
  byTime: readonly Stage[] = []
): CreationVector[] {
  const of = network(genesis, byBlock, byTime)
  const stages = [...byBlock, ...byTime]
  return stages.flatMap(([from, hash], i) => {
    const next = stages[i + 1]?.[0] ?? 0
    const last = next === 0 ? from + 900_000_000 : next - 1
    const at = (position: number): CreationVector =>
      i < byBlock.length
        ? [of, Math.min(position, 30_000_000), 0, hash, next]
        : [of, 30_000_000, position, hash, next]
    return [at(from), at(last)]
  })
}

export const CREATION: readonly CreationVector[] = [
  ...creations(GENESIS, TO_PETERSBURG),
  ...creations(ROPSTEN, TO_ROPSTEN_ISTANBUL),
  ...creations(RINKEBY, TO_RINKEBY_ISTANBUL),
  ...creations(GOERLI, TO_GOERLI_ISTANBUL),
  ...creations(GENESIS, TO_MERGE, FROM_WITHDRAWALS),
  ...creations(GENESIS, TO_GRAY_GLACIER, FROM_SHANGHAI)
]

/** Our network, block and time, the peer's fork id, and what we make of it. */
type ValidationVector = readonly [ForkNetwork, number, number, number, number | bigint, ForkVerdict]

const YES = 'compatible'
const STALE = 'remote stale'
const NO = 'local stale or incompatible'

export const VALIDATION: readonly ValidationVector[] = [
  // EIP-2124. The same stage; the peer's next fork is uncertain as yet, or unknown to it
  [PETERSBURG, 7_987_396, 0, 0x668db0af, 0, YES],
  [PETERSBURG, 7_987_396, 0, 0x668db0af, NEVER, YES],
  [PETERSBURG, 7_279_999, 0, 0xa00bc324, 0, YES],
  [PETERSBURG, 7_279_999, 0, 0xa00bc324, 7_280_000, YES],
  [PETERSBURG, 7_279_999, 0, 0xa00bc324, NEVER, YES],
  // the peer is behind, and knows where we went
  [PETERSBURG, 7_280_000, 0, 0xa00bc324, 7_280_000, YES],
  [PETERSBURG, 7_987_396, 0, 0xa00bc324, 7_280_000, YES],
  [PETERSBURG, 7_987_396, 0, 0x3edd5b10, 4_370_000, YES],
  // we are behind
  [PETERSBURG, 7_279_999, 0, 0x668db0af, 0, YES],
  [PETERSBURG, 4_369_999, 0, 0xa00bc324, 0, YES],
  // the peer is behind, and does not know where we went
  [PETERSBURG, 7_987_396, 0, 0xa00bc324, 0, STALE],
  // the peer has passed a fork that we do not know
  [PETERSBURG, 7_987_396, 0, 0x5cddc0e1, 0, NO],
  [PETERSBURG, 7_279_999, 0, 0x5cddc0e1, 0, NO],
  // another chain: Rinkeby
  [PETERSBURG, 7_987_396, 0, 0xafec6b27, 0, NO],
  // the peer waits for a fork at a block that we have passed without one
  [PETERSBURG, 88_888_888, 0, 0x668db0af, 88_888_888, NO],
  [PETERSBURG, 7_279_999, 0, 0xa00bc324, 7_279_999, NO],

  // EIP-6122
  [WITHDRAWALS, 20_000_000, 1_668_000_001, 0xc1fdf181, 0, YES],
  [WITHDRAWALS, 20_000_000, 1_668_000_001, 0xc1fdf181, NEVER, YES],
  [WITHDRAWALS, 7_279_999, 1_667_999_999, 0xa00bc324, 0, YES],
  [WITHDRAWALS, 7_279_999, 1_667_999_999, 0xa00bc324, 7_280_000, YES],
  [WITHDRAWALS, 7_279_999, 1_667_999_999, 0xa00bc324, NEVER, YES],
  [WITHDRAWALS, 20_000_000, 1_668_000_000, 0xa00bc324, 7_280_000, YES],
  [WITHDRAWALS, 20_000_000, 1_668_000_001, 0xa00bc324, 7_280_000, YES],
  [WITHDRAWALS, 20_000_000, 1_668_000_001, 0x3edd5b10, 4_370_000, YES],
  [WITHDRAWALS, 7_279_999, 1_667_999_999, 0x668db0af, 0, YES],
  [WITHDRAWALS, 4_369_999, 1_667_999_999, 0xa00bc324, 0, YES],
  [WITHDRAWALS, 20_000_000, 1_668_000_001, 0xa00bc324, 0, STALE],
  [WITHDRAWALS, 20_000_000, 1_668_000_001, 0x5cddc0e1, 0, NO],
  [WITHDRAWALS, 20_000_000, 1_668_000_001, 0xafec6b27, 0, NO],
  [WITHDRAWALS, 88_888_888, 1_668_000_001, 0xf0afd0e3, 88_888_888, STALE],
  [WITHDRAWALS, 20_000_000, 1_668_000_001, 0xa00bc324, 7_279_999, STALE],

  // go-ethereum, by block on the network of today
  [BY_BLOCK, 15_050_000, 0, 0xf0afd0e3, 0, YES],
  [BY_BLOCK, 15_050_000, 0, 0xf0afd0e3, NEVER, YES],
  [BY_BLOCK, 88_888_888, 0, 0xf0afd0e3, 88_888_888, NO],

  // go-ethereum, from blocks to times
  [MAINNET, 15_050_000, 0, 0xf0afd0e3, 0, YES],
  [MAINNET, 15_050_000, 0, 0xf0afd0e3, 1_681_338_455, YES],
  [MAINNET, 15_050_000, 0, 0xf0afd0e3, NEVER, YES],
  [MAINNET, 20_000_000, 1_681_338_455, 0xf0afd0e3, 1_681_338_455, YES],
  [MAINNET, 20_123_456, 1_681_338_456, 0xf0afd0e3, 1_681_338_455, YES],
  [MAINNET, 20_000_000, 1_681_338_455, 0x20c327fc, 15_050_000, YES],
  [MAINNET, 15_050_000, 0, 0xdce96c2d, 0, YES],
  [MAINNET, 13_773_000, 0, 0xf0afd0e3, 0, YES],
  [MAINNET, 20_000_000, 1_681_338_455, 0xf0afd0e3, 0, STALE],
  [MAINNET, 888_888_888, 1_660_000_000, 0xf0afd0e3, 1_660_000_000, NO],
  [MAINNET, 19_999_999, 1_667_999_999, 0xf0afd0e3, 1_667_999_999, NO],

  // go-ethereum, by time
  [MAINNET, 20_000_000, 1_681_338_455, 0xdce96c2d, 0, YES],
  [MAINNET, 20_000_000, 1_681_338_455, 0xdce96c2d, NEVER, YES],
  [MAINNET, 20_000_000, 1_668_000_000, 0xdce96c2d, 0, YES],
  [MAINNET, 20_000_000, 1_668_000_000, 0xdce96c2d, 1_710_338_135, YES],
  [MAINNET, 20_000_000, 1_668_000_000, 0xdce96c2d, NEVER, YES],
  [MAINNET, 21_000_000, 1_710_338_135, 0xdce96c2d, 1_710_338_135, YES],
  [MAINNET, 21_123_456, 1_710_338_136, 0xdce96c2d, 1_710_338_135, YES],
  [MAINNET, 0, 0, 0x3edd5b10, 1_710_338_135, YES],
  [MAINNET, 21_000_000, 1_700_000_000, 0x9f3d2254, 0, YES],
  [MAINNET, 21_000_000, 1_678_000_000, 0xc376cf8b, 0, YES],
  [MAINNET, 21_000_000, 1_710_338_135, 0xdce96c2d, 0, STALE],
  [MAINNET, 20_000_000, 1_681_338_455, 0x12345678, 0, NO],
  [MAINNET, 88_888_888, 8_888_888_888, 0x07c9462e, 8_888_888_888, NO],
  [MAINNET, 20_999_999, 1_699_999_999, 0x71147644, 1_700_000_000, NO]
]
