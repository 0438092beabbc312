import { render } from 'preact'
import { App } from './app.tsx'
import 'virtual:chart.css'

const place = document.querySelector('#page')
if (place !== null) {
  place.replaceChildren()
  render(<App />, place)
}
