import type { JSX } from 'preact'
import type { PeerViewProps } from './props.ts'

export function PeerView({ story }: PeerViewProps): JSX.Element {
  return <p>{story.scene.peers.size} peers</p>
}
