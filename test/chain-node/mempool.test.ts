import { expect, test } from 'vitest'
import { Mempool } from '../../examples/chain-node/mempool.ts'
import { transactionHash } from '../../examples/chain-node/transaction.ts'
import { transfer } from './blocks.ts'

const empty = (): Mempool => new Mempool(() => false)

test('what is put in comes out in its order, and stays until it is in a block', () => {
  const mempool = empty()
  const [first, second, third] = [transfer(1), transfer(2), transfer(3)]
  for (const transaction of [first, second, third]) expect(mempool.add(transaction)).toBe(true)
  expect(mempool.next(2)).toEqual([first, second])
  expect(mempool.next(9)).toEqual([first, second, third])
  mempool.remove([first, second])
  expect(mempool.next(9)).toEqual([third])
  expect(mempool.size).toBe(1)
})

test('what waits already, or is in a block, is no news', () => {
  const old = transactionHash(transfer(1))
  const mempool = new Mempool((hash) => hash === old)
  expect(mempool.add(transfer(1))).toBe(false)
  expect(mempool.add(transfer(2))).toBe(true)
  expect(mempool.add(transfer(2))).toBe(false)
  expect(mempool.size).toBe(1)
})

test('what nobody signed is refused', () => {
  const mempool = empty()
  for (const forged of [
    { ...transfer(1), amount: 2 },
    { ...transfer(1), sender: `0x${'00'.repeat(32)}` as const },
    { ...transfer(1), sender: `0x${'ff'.repeat(32)}` as const },
    { ...transfer(1), signature: `0x${'00'.repeat(64)}` as const }
  ]) {
    expect(() => mempool.add(forged)).toThrow(
      expect.objectContaining({ name: 'InvalidTransactionError' })
    )
  }
  expect(mempool.size).toBe(0)
})

test('when it is full, newcomers are refused, and nobody is pushed out', () => {
  const mempool = new Mempool(() => false, 2)
  for (const nonce of [0, 1]) mempool.add(transfer(nonce))
  expect(() => mempool.add(transfer(2))).toThrow('full')
  expect(mempool.add(transfer(0))).toBe(false)
  expect(mempool.next(9)).toEqual([transfer(0), transfer(1)])
})
