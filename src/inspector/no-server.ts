import { InspectorError } from '../errors.ts'
import type { Inspector } from './inspector.ts'

/**
 * What stands in a browser in the place of `inspect-nodes.ts`, by the field `browser` of package.json.
 *
 * @throws InspectorError always
 */
export async function inspectNodes(): Promise<Inspector> {
  throw new InspectorError(
    'Expected Node.js, which can serve the inspector, got a browser, which cannot'
  )
}
