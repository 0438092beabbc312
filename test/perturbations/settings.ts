export const PREFIX = '/perturbed'

/** What the next minor version of the lifecycle protocol is called. */
export const NEXT_PROTOCOL = `${PREFIX}/peer-lifecycle/1.1.0`

/** Milliseconds in which a perturbed network is whole again: what CometBFT's testnets give one. */
export const HEALED_WITHIN = 20_000
