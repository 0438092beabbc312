import { ed25519 } from '@noble/curves/ed25519.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { encodeFields, fromHex, toHex } from './encoding.ts'
import type { Hex } from './encoding.ts'

/** A transfer, signed by whoever gives. There are no balances: this is about peers, not about money. */
export interface Transaction {
  /** An Ed25519 public key. */
  readonly sender: Hex
  /** Makes two equal transfers of one sender two transactions. */
  readonly nonce: number
  readonly recipient: Hex
  readonly amount: number
  readonly signature: Hex
}

export type UnsignedTransaction = Omit<Transaction, 'sender' | 'signature'>

export function signTransaction(
  unsigned: UnsignedTransaction,
  privateKey: Uint8Array
): Transaction {
  const transaction = { ...unsigned, sender: toHex(ed25519.getPublicKey(privateKey)) }
  return { ...transaction, signature: toHex(ed25519.sign(signedBytes(transaction), privateKey)) }
}

/** Did the sender sign it? */
export function isSigned(transaction: Transaction): boolean {
  const { sender, signature } = transaction
  return ed25519.verify(fromHex(signature), signedBytes(transaction), fromHex(sender), {
    zip215: false
  })
}

/** What names the transaction. The signature is not part of it, so one transfer has one name. */
export function transactionHash(transaction: Transaction): Hex {
  return toHex(sha256(signedBytes(transaction)))
}

/** What a header says of the transactions of its block: the hash of their hashes, in their order. */
export function transactionsRoot(transactions: readonly Transaction[]): Hex {
  return toHex(sha256(encodeFields('transactions', transactions.map(transactionHash))))
}

function signedBytes({
  sender,
  nonce,
  recipient,
  amount
}: Omit<Transaction, 'signature'>): Uint8Array {
  return encodeFields('transaction', [sender, nonce, recipient, amount])
}
