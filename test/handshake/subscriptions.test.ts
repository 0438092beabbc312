import { expect, test } from 'vitest'
import { subscribeToAll } from '../../src/handshake/subscription.ts'

const broken = (): never => {
  throw new Error('broken')
}

test('one that cannot begin ends those that have; what fails then is told as well', () => {
  let ended = 0
  const first = { subscribe: () => () => void ended++ }
  const second = {
    subscribe: () => () => {
      throw new Error('endless')
    }
  }
  expect(() => subscribeToAll([first, { subscribe: broken }], () => {})).toThrow('broken')
  expect(ended).toBe(1)
  expect(() => subscribeToAll([first, second, { subscribe: broken }], () => {})).toThrow(
    expect.objectContaining({
      name: 'AggregateError',
      errors: [
        expect.objectContaining({ message: 'broken' }),
        expect.objectContaining({ errors: [expect.objectContaining({ message: 'endless' })] })
      ]
    })
  )
  expect(ended).toBe(2)
})
