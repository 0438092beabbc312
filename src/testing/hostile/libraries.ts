/**
 * The parts of libp2p that hostile peers are made of. They are peer dependencies which only those need who
 * play hostile peers, so nothing else of the testing entry touches them.
 *
 * @throws Error that names what to install
 */
export async function libraries() {
  try {
    const [{ createLibp2p }, { noise }, { yamux }, { identify }, { ping }, { memory }, { tcp }] =
      await Promise.all([
        import('libp2p'),
        import('@chainsafe/libp2p-noise'),
        import('@chainsafe/libp2p-yamux'),
        import('@libp2p/identify'),
        import('@libp2p/ping'),
        import('@libp2p/memory'),
        import('@libp2p/tcp')
      ])
    return { createLibp2p, noise, yamux, identify, ping, memory, tcp }
  } catch (cause) {
    throw new Error(
      'Hostile peers need libp2p, @chainsafe/libp2p-noise, @chainsafe/libp2p-yamux, @libp2p/identify, ' +
        '@libp2p/ping, @libp2p/memory and @libp2p/tcp: install them',
      { cause }
    )
  }
}

export type Libraries = Awaited<ReturnType<typeof libraries>>
