import type { createWebSocketInspector } from '@statelyai/inspect'

type Options = Omit<Parameters<typeof createWebSocketInspector>[0] & object, 'url'>

/** What whoever looks on sees of a peer's id: its end. */
export const short = (peer: string): string => peer.slice(-6)

/** Options of an inspector that tells no peer id, and no details, which may quote addresses. */
export const discreet: Options = {
  sanitizeContext: (context) => {
    const peer: unknown = context['peer']
    return { ...context, detail: undefined, ...(typeof peer === 'string' && { peer: short(peer) }) }
  },
  // the first event of an actor has the peer's id as its input
  sanitizeEvent: (event) => ({ ...event, detail: undefined, input: undefined }),
  // and its actor is named by it
  serialize: (event) => ('name' in event ? { ...event, name: short(event.name) } : event)
}
