/**
 * Does libp2p let somebody past its own limits by address (`connectionManager.allow`)? It says so nowhere but
 * in a field of its connection manager; where that has gone, the answer is no.
 */
export function allowsAddresses(connectionManager: object): boolean {
  const { allow } = connectionManager as { readonly allow?: unknown }
  return Array.isArray(allow) && allow.length > 0
}
