import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { fromHex, toHex } from './encoding.ts'
import { HeaderSchema, TransactionSchema } from './wire/chain_pb.js'
import type { Hex } from './encoding.ts'
import type { Header } from './header.ts'
import type { Transaction } from './transaction.ts'
import type { Header as HeaderMessage, Transaction as TransactionMessage } from './wire/chain_pb.js'

/** A message in which a field is not what it has to be. */
class InvalidMessageError extends Error {
  static override name = 'InvalidMessageError'
  override name = 'InvalidMessageError'
}

const HASH_LENGTH = 32
const KEY_LENGTH = 32
const SIGNATURE_LENGTH = 64

export function writeHeader(header: Header): HeaderMessage {
  return create(HeaderSchema, {
    number: header.number,
    parentHash: fromHex(header.parentHash),
    time: BigInt(header.time),
    proposer: fromHex(header.proposer),
    transactionsRoot: fromHex(header.transactionsRoot),
    signature: fromHex(header.signature)
  })
}

/** @throws InvalidMessageError */
export function readHeader(message: HeaderMessage): Header {
  if (message.time > Number.MAX_SAFE_INTEGER) throw new InvalidMessageError('time: out of range')
  return {
    number: message.number,
    parentHash: readBytes('parent_hash', message.parentHash, HASH_LENGTH),
    time: Number(message.time),
    proposer: readBytes('proposer', message.proposer, KEY_LENGTH),
    transactionsRoot: readBytes('transactions_root', message.transactionsRoot, HASH_LENGTH),
    signature: readBytes('signature', message.signature, SIGNATURE_LENGTH)
  }
}

export function writeTransaction(transaction: Transaction): TransactionMessage {
  return create(TransactionSchema, {
    sender: fromHex(transaction.sender),
    nonce: transaction.nonce,
    recipient: fromHex(transaction.recipient),
    amount: transaction.amount,
    signature: fromHex(transaction.signature)
  })
}

/** @throws InvalidMessageError */
export function readTransaction(message: TransactionMessage): Transaction {
  return {
    sender: readBytes('sender', message.sender, KEY_LENGTH),
    nonce: message.nonce,
    recipient: readBytes('recipient', message.recipient, KEY_LENGTH),
    amount: message.amount,
    signature: readBytes('signature', message.signature, SIGNATURE_LENGTH)
  }
}

/** A header as it is gossiped. */
export function encodeHeader(header: Header): Uint8Array {
  return toBinary(HeaderSchema, writeHeader(header))
}

/** @throws an error of any kind if the bytes are no header */
export function decodeHeader(bytes: Uint8Array): Header {
  return readHeader(fromBinary(HeaderSchema, bytes))
}

/** A transaction as it is gossiped. */
export function encodeTransaction(transaction: Transaction): Uint8Array {
  return toBinary(TransactionSchema, writeTransaction(transaction))
}

/** @throws an error of any kind if the bytes are no transaction */
export function decodeTransaction(bytes: Uint8Array): Transaction {
  return readTransaction(fromBinary(TransactionSchema, bytes))
}

function readBytes(field: string, bytes: Uint8Array, length: number): Hex {
  if (bytes.byteLength === length) return toHex(bytes)
  throw new InvalidMessageError(`${field}: expected ${length} bytes, got ${bytes.byteLength}`)
}
