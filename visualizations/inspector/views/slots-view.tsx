import { useMemo } from 'preact/hooks'
import { calmed } from './calm.tsx'
import { NodeStrip } from './node-strip.tsx'
import { Queue } from './queue.tsx'
import { RefusalsOverTime } from './refusals-over-time.tsx'
import { SlotGrid } from './slot-grid.tsx'
import { SlotHolders } from './slot-holders.tsx'
import { tableOf } from './slot-table.ts'
import type { JSX } from 'preact'
import type { ViewProps } from './props.ts'

/** Who holds what since when, who is next and why not now, and who was refused. */
export const SlotsView = calmed(function SlotsView(props: ViewProps): JSX.Element {
  const { story, version, choice, choose } = props
  const { scene } = story
  const { node: chosen } = choice
  const nodes = useMemo(() => {
    const peers = [...scene.peers.values()]
    return scene.nodes
      .filter(({ index }) => chosen === undefined || chosen === index)
      .map((node) => tableOf(node, peers))
  }, [version, scene, chosen, scene.nodes.length])
  const [only] = nodes
  return (
    <div class="slots">
      {nodes.length === 1 && only !== undefined ? (
        <>
          <SlotGrid table={only} now={scene.now} choose={choose} />
          <div class="slots-parts">
            <SlotHolders table={only} now={scene.now} choose={choose} />
            <Queue table={only} choose={choose} />
          </div>
        </>
      ) : (
        <NodeStrip tables={nodes} choose={choose} />
      )}
      <RefusalsOverTime story={story} version={version} node={choice.node} />
    </div>
  )
}, 100)
