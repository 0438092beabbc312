import { LINGER } from './constants.ts'
import { FrameReader } from './frame-reader.ts'
import { readMessage } from './messages.ts'
import { closeSilently, endStream } from './stream-end.ts'
import type { Clock } from '../clock.ts'
import type { LineStream } from './frame-reader.ts'
import type { Stream } from '@libp2p/interface'

/** What a handshake is spoken on, and the ways to leave it. None of them rejects. */
export interface Line {
  readonly stream: LineStream

  /** Does it go on after the handshake, so that what follows the peer's last word is somebody else's? */
  readonly goesOn: boolean

  /** Nothing more is said or heard; what was said is flushed. Resolves when the line is closed. */
  close(): Promise<void>

  /** Both sides agree. Resolves when nobody needs the line for the handshake any more. */
  finish(): Promise<void>

  /** Whatever is still on its way, in either direction, is void. */
  abort(why: string): Promise<void>
}

/** A stream of the lifecycle protocol: it ends with the handshake. */
export function streamLine(stream: Stream, clock: Clock): Line {
  return {
    stream,
    goesOn: false,
    close: () => closeSilently(stream, clock),
    finish: () => endStream(stream, clock),
    abort: (why) => {
      stream.abort(new Error(why))
      return endStream(stream, clock)
    }
  }
}

/**
 * A connection that is encrypted and not yet multiplexed. Whoever upgrades it closes it: an upgrade that
 * fails resets the socket at once, and with it a word that the peer has not read yet. So `close` waits
 * until the peer, having read it, hangs up; for {@link LINGER} at most.
 */
export function channelLine(stream: LineStream, clock: Clock): Line {
  return {
    stream,
    goesOn: true,
    close: () => hungUp(stream, clock),
    finish: () => Promise.resolve(),
    abort: () => Promise.resolve()
  }
}

function hungUp(stream: LineStream, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      cancel()
      reader.stop()
      stream.removeEventListener('message', ignore)
      stream.removeEventListener('close', end)
      stream.removeEventListener('remoteCloseWrite', end)
      resolve()
    }
    const cancel = clock.after(LINGER, end)
    const reader = new FrameReader(stream, {
      // a peer that says no, too, waits for us as we wait for it
      onFrame: (body) => readMessage(body).type === 'reject' && end(),
      onViolation: () => {},
      // of one that had hung up before, too
      onEnd: end
    })
    reader.start()
    stream.addEventListener('message', ignore)
    stream.addEventListener('close', end)
    stream.addEventListener('remoteCloseWrite', end)
  })
}

// what a peer sends that has broken the framing is dropped as it arrives, instead of piling up unread
function ignore(): void {}
