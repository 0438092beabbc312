/** Production files that are mutated together, and the tests that have to notice. */
export interface Group {
  readonly name: string
  readonly files: readonly string[]
  /** Globs of unit tests that are fast: each of them is run for each mutant that it reaches. */
  readonly tests: readonly string[]
  /** The score below which the group fails, in percent of its mutants. */
  readonly atLeast: number
  /** Mutants of this group that a short run can afford: the tests of some wait for real streams. */
  readonly affordable: number
}

const handshake = (...names: string[]): string[] => names.map((name) => `src/handshake/${name}.ts`)

const testsOfHandshake = (...names: string[]): string[] =>
  names.map((name) => `test/handshake/${name}.test.ts`)

export const GROUPS: readonly Group[] = [
  {
    name: 'frames',
    files: handshake(
      'frame-parser',
      'frame-reader',
      'messages',
      'wire-shape',
      'transcript',
      'dialogue',
      'exchange',
      'update',
      'goodbye',
      'request'
    ),
    tests: [
      ...testsOfHandshake(
        'frame-parser',
        'wire-shape',
        'messages',
        'transcript',
        'dialogue',
        'exchange',
        'update',
        'goodbye',
        'request',
        'exchange-{application,end,proofs}',
        'frame-reader',
        'exchange-hostile'
      ),
      'test/service/channel*.test.ts'
    ],
    atLeast: 90,
    affordable: 30
  },
  {
    name: 'verifiers',
    files: handshake(
      'chain-handshake',
      'fork-handshake',
      'fork-id',
      'version-handshake',
      'allow-list',
      'shared-secret-handshake',
      'signed-handshake',
      'signatures',
      'signing-key',
      'all-of',
      'option-values',
      'handshake-part',
      'parts'
    ),
    tests: testsOfHandshake(
      'chain-handshake',
      'fork-handshake',
      'crc32',
      'version-handshake',
      'allow-list',
      'shared-secret-handshake',
      'signed-handshake',
      'signatures',
      'signing-key',
      'fingerprint',
      'all-of',
      'all-of-faults',
      'handshake-part'
    ),
    atLeast: 90,
    affordable: 40
  },
  {
    name: 'slots',
    files: ['machines/slots.ts', 'src/scheduler/slot-*.ts', 'src/admission/*.ts'],
    tests: [
      'test/machines/slot*.test.ts',
      'test/admission/{slot-desk,surplus,admission,unpromoted}.test.ts',
      'test/service/candidates.test.ts'
    ],
    atLeast: 90,
    affordable: 30
  },
  {
    name: 'gate',
    files: ['src/gate/*.ts', 'src/doors.ts'],
    tests: [
      'test/gate/{doors,flood,topology-turns,held-stream-ends,open-protocols}.test.ts',
      'test/gate/{unnamed-streams,connection-gater,registrar-contract}.test.ts',
      'test/gate/{audit,outbound,inbound,topologies,deauthorization}.test.ts',
      'test/gate/{start-stop,held-streams}.test.ts'
    ],
    atLeast: 90,
    affordable: 8
  },
  {
    name: 'policies',
    files: [
      'machines/policies/*.ts',
      'machines/{cool-downs,dial-plan,dispositions,reasons,scheduler,token-bucket}.ts'
    ],
    tests: [
      'test/machines/{dial-plan,candidate-pool,scheduler,dispositions,reasons,token-bucket}.test.ts',
      'test/policies/{policies,choose-eviction,protect-by-ratio}.test.ts'
    ],
    atLeast: 80,
    affordable: 30
  },
  {
    name: 'charts',
    files: ['machines/peer{,-notes,-rejected,-resting,-session,-setup,-verdicts}.ts'],
    tests: [
      'test/machines/peer-{tags,wishes,memory,table}.test.ts',
      'test/machines/peer-dispositions.test.ts'
    ],
    atLeast: 80,
    affordable: 12
  }
]
