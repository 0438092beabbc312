import type { JSX } from 'preact'
import type { ViewProps } from './props.ts'

export function PeersView({ story }: ViewProps): JSX.Element {
  return <p>{story.scene.peers.size} peers</p>
}
