/** The ids of the lifecycle protocol: of its streams, and of its place in security negotiation. */
export function protocolIds(prefix: string): { stream: string; secure: string } {
  return {
    stream: `${prefix}/peer-lifecycle/1.0.0`,
    secure: `${prefix}/peer-lifecycle/secure/1.0.0`
  }
}
