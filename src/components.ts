import type {
  ComponentLogger,
  ConnectionGater,
  Libp2pEvents,
  Metrics,
  PeerId,
  PeerRouting,
  PeerStore
} from '@libp2p/interface'
import type {
  AddressManager,
  ConnectionManager,
  Registrar,
  TransportManager
} from '@libp2p/interface-internal'
import type { Datastore } from 'interface-datastore'
import type { TypedEventTarget } from 'main-event'

/** The parts of libp2p that the service uses. */
export interface PeerLifecycleComponents {
  peerId: PeerId
  peerStore: PeerStore
  datastore: Datastore
  registrar: Registrar
  connectionManager: ConnectionManager
  connectionGater: ConnectionGater
  events: TypedEventTarget<Libp2pEvents>
  logger: ComponentLogger
  /** Takes the metrics of the service, if this node has any. */
  metrics?: Metrics
  transportManager?: Pick<TransportManager, 'getTransports'> &
    Partial<Pick<TransportManager, 'dialTransportForMultiaddr'>>
  peerRouting?: Pick<PeerRouting, 'findPeer' | 'getClosestPeers'>
  addressManager?: Pick<AddressManager, 'getAddresses'> &
    Partial<Pick<AddressManager, 'getListenAddrs'>>
}
