import { ipOf } from '../ip.ts'
import { ownKeys } from './address-rules.ts'
import type { AddressWorld } from './address-rules.ts'
import type { DialingOptions } from '../options/dialing-options.ts'
import type { AddressManager, TransportManager } from '@libp2p/interface-internal'
import type { Multiaddr } from '@multiformats/multiaddr'

/** The parts of libp2p that know where this node is, and what it can dial. */
export interface AddressComponents {
  readonly addressManager?: Pick<AddressManager, 'getAddresses'> &
    Partial<Pick<AddressManager, 'getListenAddrs'>>
  readonly transportManager?: Partial<Pick<TransportManager, 'dialTransportForMultiaddr'>>
}

/** What the address rules know of this node at the moment. */
export function addressWorld(
  { addressManager, transportManager }: AddressComponents,
  {
    privateAddresses,
    allowRelayed
  }: Pick<DialingOptions, 'privateAddresses'> & { readonly allowRelayed: boolean }
): AddressWorld {
  const own = addressManager?.getAddresses() ?? []
  const listening = addressManager?.getListenAddrs?.() ?? []
  const isPublic = own.some((address) => ipOf(address)?.class === 'public')
  return {
    own: ownKeys(own, listening),
    dialsPrivate: privateAddresses === 'always' || (privateAddresses === 'auto' && !isPublic),
    allowRelayed,
    isDialable: (address) =>
      isResolvable(address) ||
      transportManager?.dialTransportForMultiaddr === undefined ||
      transportManager.dialTransportForMultiaddr(address) !== undefined
  }
}

/** A name that libp2p makes other addresses of before it asks for a transport. */
const isResolvable = (address: Multiaddr): boolean =>
  address.getComponents().some(({ name }) => name === 'dnsaddr')
