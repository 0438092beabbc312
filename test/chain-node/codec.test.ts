import { expect, test } from 'vitest'
import {
  decodeHeader,
  decodeTransaction,
  encodeHeader,
  encodeTransaction,
  readHeader,
  readTransaction,
  writeHeader,
  writeTransaction
} from '../../examples/chain-node/codec.ts'
import { headerHash } from '../../examples/chain-node/header.ts'
import { transactionHash } from '../../examples/chain-node/transaction.ts'
import { chainOf, transfer } from './blocks.ts'

const { head } = chainOf('ada', 1)

test('a header and a transaction come back as they were', () => {
  const header = decodeHeader(encodeHeader(head))
  expect(header).toEqual(head)
  expect(headerHash(header)).toBe(headerHash(head))
  const transaction = decodeTransaction(encodeTransaction(transfer(1)))
  expect(transaction).toEqual(transfer(1))
  expect(transactionHash(transaction)).toBe(transactionHash(transfer(1)))
})

test.each([
  ['parent_hash', { parentHash: new Uint8Array(31) }],
  ['transactions_root', { transactionsRoot: new Uint8Array(33) }],
  ['proposer', { proposer: new Uint8Array() }],
  ['signature', { signature: new Uint8Array(63) }],
  ['time', { time: 2n ** 60n }]
])('a header with another %s is none', (field, other) => {
  expect(() => readHeader({ ...writeHeader(head), ...other })).toThrow(
    expect.objectContaining({
      name: 'InvalidMessageError',
      message: expect.stringContaining(field)
    })
  )
})

test.each([
  ['sender', { sender: new Uint8Array(31) }],
  ['recipient', { recipient: new Uint8Array(33) }],
  ['signature', { signature: new Uint8Array() }]
])('a transaction with another %s is none', (field, other) => {
  expect(() => readTransaction({ ...writeTransaction(transfer(1)), ...other })).toThrow(field)
})

test('other bytes are neither', () => {
  const garbage = new Uint8Array([0xff, 0xff, 0xff])
  expect(() => decodeHeader(garbage)).toThrow(Error)
  expect(() => decodeTransaction(garbage)).toThrow(Error)
})
