/** The laws of one node among its peers, by name. */
export const PEER_LAWS = ['slot', 'capacity', 'gate', 'settle', 'generation', 'wake-up'] as const

export type PeerLaw = (typeof PEER_LAWS)[number]

/** A law that a step breaks in its middle. */
export class BrokenLaw extends Error {
  static override readonly name = 'BrokenLaw'
  override readonly name = 'BrokenLaw'
  readonly law: PeerLaw

  constructor(law: PeerLaw, detail: string) {
    super(detail)
    this.law = law
  }
}
