/** How this application wants to be connected: options for peerLifecycle() in the node, and in the tests. */
export const policy = {
  maxPeers: 8,
  policies: {
    evictInbound: true, // a full node stays open to newcomers
    outboundPerGroup: 2 // and does not put all its trust into one net group
  },
  dispositions: {
    // the testnet is reset now and then: who was on another chain is asked again soon
    local: { incompatible: { coolDown: 10 * 60_000 } }
  }
} as const
