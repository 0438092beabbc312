import { calmed } from './calm.tsx'
import { ChartView } from './chart-view.tsx'
import { LatestSteps } from './latest-steps.tsx'
import { StateList } from './state-list.tsx'
import { StatePanel } from './state-panel.tsx'
import type { JSX } from 'preact'
import type { ViewProps } from './props.ts'

/** The chart, live; beside it the same as a list, and the peers of the state that is chosen or what happened last. */
export const MapView = calmed(function MapView(props: ViewProps): JSX.Element {
  const { choice } = props
  return (
    <div class="map">
      <StateList {...props} />
      <section class="map-chart" aria-label="The life of a peer">
        <ChartView {...props} />
      </section>
      {choice.state === undefined ? (
        <LatestSteps {...props} />
      ) : (
        <StatePanel {...props} state={choice.state} />
      )}
    </div>
  )
}, 80)
