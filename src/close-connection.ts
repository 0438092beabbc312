import type { Connection } from '@libp2p/interface'

/** Closes the connection; one that cannot be closed is aborted. Never rejects. */
export async function closeConnection(connection: Connection): Promise<void> {
  try {
    await connection.close()
  } catch (error) {
    connection.abort(error instanceof Error ? error : new Error('close failed'))
  }
}
