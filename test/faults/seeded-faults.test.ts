import { join } from 'node:path'
import { expect, it } from 'vitest'
import { planted } from './planted.ts'
import { runWith } from './run.ts'
import { FAULT_NAMES, SEEDED_FAULTS } from './seeded-faults.ts'

const PROBE = join(import.meta.dirname, 'probe.ts')

it.each([undefined, ...FAULT_NAMES])(
  'a process in which %s was planted has it, and no other',
  async (name) => {
    const { code, stdout, stderr } = await runWith(name, [PROBE])
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: name ?? '', stderr: '' })
  }
)

it('a fault that has no place, or several, is an error', () => {
  const [fault] = SEEDED_FAULTS
  const plant = (source: string) => () => fault && planted(source, fault)
  expect(plant('')).toThrow('0 places')
  expect(plant(`${fault?.find}\n${fault?.find}`)).toThrow('2 places')
})

it('a fault that nobody knows is an error', async () => {
  const { code, stderr } = await runWith('unheard-of' as 'double-release', [PROBE])
  expect(code).not.toBe(0)
  expect(stderr).toContain('got unheard-of')
})
