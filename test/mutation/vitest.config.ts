import { relative } from 'node:path'
import { defineConfig } from 'vitest/config'
import type { TestSequencer, TestSpecification } from 'vitest/node'

/** The tests of one group, the fast ones first: see mutate.ts. */
const tests = JSON.parse(process.env['MUTATION_TESTS'] ?? '[]') as string[]

/** Most mutants are noticed by a test that takes a millisecond. Those that take a second come last. */
class InOrder implements TestSequencer {
  shard(specifications: TestSpecification[]): TestSpecification[] {
    return specifications
  }

  sort(specifications: TestSpecification[]): TestSpecification[] {
    return specifications.toSorted((a, b) => place(a) - place(b))
  }
}

const place = ({ moduleId, project }: TestSpecification): number =>
  tests.indexOf(relative(project.config.root, moduleId))

export default defineConfig({
  test: {
    include: tests,
    isolate: false,
    // a mutant that hangs is Stryker's to end, and a busy machine is no reason for a test to fail
    testTimeout: 120_000,
    // says nothing: a mutant that breaks a hundred tests is one that was killed
    reporters: [{}],
    sequence: { sequencer: InOrder }
  }
})
