import { createContextKey, createContextValues } from '@connectrpc/connect'
import type { Caller } from './grpc-node.ts'
import type { ContextValues, HandlerContext } from '@connectrpc/connect'
import type { Http2ServerRequest } from 'node:http2'

/** What grpc-js gives a handler as its first argument. */
export interface GrpcJsCall {
  getPeer(): string
  getPath(): string
}

/** Asked anew for every call: a hello may have been refreshed since the stream was opened. */
type WhoIs = () => Caller

const CALLER = createContextKey<Caller | undefined>(undefined, { description: 'caller' })

// sessions of our own server, and streams under those of grpc-js
const callers = new WeakMap<object, WhoIs>()

/** Binds a session, or the stream under it, to who is at its other end. */
export function bindCaller(carrier: object, whoIs: WhoIs): void {
  callers.set(carrier, whoIs)
}

/**
 * Who makes this call, in a handler: `callerOf<Hello>(context)` with connect, `callerOf<Hello>(call)` with
 * grpc-js. It comes from the authenticated stream under the call; nothing that the caller sends changes it.
 *
 * With grpc-js ask when the handler begins: once the stream is lost, nobody can say any more.
 *
 * @throws TypeError if the call did not come through `serveGrpc`; if a request handler of your own serves it, make it
 * with `connectNodeAdapter({ routes, contextValues: callerValues })`
 */
export function callerOf<Hello = unknown>(
  call: Pick<HandlerContext, 'values'> | GrpcJsCall
): Caller<Hello> {
  const caller = 'values' in call ? call.values.get(CALLER) : callers.get(streamUnder(call))?.()
  if (caller === undefined) throw new TypeError('The call did not come from a peer')
  return caller as Caller<Hello>
}

/** For connect's `contextValues`, where the application makes the request handler itself. */
export function callerValues(request: object): ContextValues {
  const session = (request as Partial<Http2ServerRequest>).stream?.session
  const caller = session === undefined ? undefined : callers.get(session)?.()
  return createContextValues().set(CALLER, caller)
}

/**
 * The stream that a call of grpc-js came on. Its public interface has no way there (`getPeer()` knows
 * addresses of sockets), so this goes by its fields: from the handler's call through interceptors, if there
 * are any, to the one that holds the HTTP/2 stream.
 */
function streamUnder(call: object): object {
  let next: unknown = call
  while (isRecord(next)) {
    const { stream } = next
    if (isRecord(stream)) return socketOf(stream) ?? {}
    next = next['call'] ?? next['nextCall']
  }
  return {}
}

function socketOf(stream: Record<string, unknown>): object | undefined {
  try {
    const { session } = stream
    const socket = isRecord(session) ? session['socket'] : undefined
    const under = isRecord(socket) ? socket['stream'] : undefined
    return isRecord(under) ? under : undefined
  } catch {
    // a session that has ended does not tell its socket any more
    return undefined
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
