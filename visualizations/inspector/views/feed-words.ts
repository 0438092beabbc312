import { countOf, lengthOf, numberOf } from './times.ts'
import type { Feed, FileFeed } from '../model/feed.ts'

/** Where the story comes from, in words: what is the matter, and what the reader can do. */
export interface FeedWords {
  /** A few words that stand in the header all the time. */
  readonly short: string
  /** Good, to be waited for, or in need of the reader. */
  readonly mood: 'good' | 'waiting' | 'bad'
  readonly title: string
  readonly whatToDo: string
  /** Is there anything that a press of `Try now` would do? */
  readonly canRetry: boolean
}

/** @param now - Epoch milliseconds */
export function feedWords(feed: Feed, now: number): FeedWords {
  switch (feed.state) {
    case 'no-token':
      return {
        short: 'No token',
        mood: 'bad',
        title: 'This address has no token',
        whatToDo:
          'Open the whole URL that the node printed when its inspector started: it ends in #token= and the token. Or open a recording from a file.',
        canRetry: false
      }
    case 'connecting':
      return {
        short: 'Connecting',
        mood: 'waiting',
        title: 'Connecting to the node',
        whatToDo: 'This takes a moment.',
        canRetry: false
      }
    case 'live':
      return {
        short: feed.problem === undefined ? 'Live' : 'Live, with a problem',
        mood: feed.problem === undefined ? 'good' : 'waiting',
        title: feed.problem === undefined ? 'No peers yet' : 'Not all can be shown',
        whatToDo:
          feed.problem ??
          'The node has told of no peer so far. As soon as it finds or meets one, it is here.',
        canRetry: false
      }
    case 'behind':
      return {
        short: `Live, ${countOf(feed.omitted, 'decision')} left out`,
        mood: 'waiting',
        title: 'This page was too slow for all that happened',
        whatToDo: `${countOf(feed.omitted, 'decision')} were left out; the states shown are right. It goes on by itself.`,
        canRetry: false
      }
    case 'away':
      return {
        short: 'Node away',
        mood: 'bad',
        title: 'The node is away',
        whatToDo: `The inspector is there, and the node that it looks at is not. (${feed.problem}) As soon as it is back, so is this page.`,
        canRetry: false
      }
    case 'lost':
      return {
        short: `Disconnected, next attempt in ${untilWords(feed.retryAt, now)}`,
        mood: 'bad',
        title: 'The node does not answer',
        whatToDo: `Is it running? If it was started anew, open the new URL that it printed. What it told before stays here, as it was. (${feed.problem})`,
        canRetry: true
      }
    case 'refused':
      return {
        short: 'Token refused',
        mood: 'bad',
        title: 'This token is no longer valid',
        whatToDo:
          'The node was started anew, or the address is not whole: take the new URL that the node printed.',
        canRetry: false
      }
    case 'full':
      return {
        short: `Full, next attempt in ${untilWords(feed.retryAt, now)}`,
        mood: 'bad',
        title: 'As many look at this node as may',
        whatToDo: 'Close another page of this inspector. This one tries again by itself.',
        canRetry: true
      }
    case 'ended':
      return {
        short: 'Stopped',
        mood: 'waiting',
        title: 'The node has stopped',
        whatToDo:
          'What it told stays here: go through it with the bar below. If it starts again, so does this page.',
        canRetry: false
      }
    case 'file':
      return fileWords(feed)
  }
}

function fileWords(feed: FileFeed): FeedWords {
  const { name, isReading, progress, steps, verdict, problem, isTorn } = feed
  if (problem !== undefined) {
    return {
      short: 'Recording, not whole',
      mood: 'bad',
      title: `${name} cannot be read further`,
      whatToDo: `${problem}. What stands before that is shown.`,
      canRetry: false
    }
  }
  if (isReading) {
    return {
      short: `Reading, ${Math.floor(progress * 100)} %`,
      mood: 'waiting',
      title: `Reading ${name}`,
      whatToDo: `${countOf(steps, 'step')} so far.`,
      canRetry: false
    }
  }
  const torn = isTorn ? ' Its last line breaks off and was left out.' : ''
  const said = verdict === undefined ? `${numberOf(steps)} steps` : verdict.text
  return {
    short: 'Recording',
    mood: verdict?.isSame === false ? 'bad' : 'good',
    title: name,
    whatToDo: `${said}.${torn}`,
    canRetry: false
  }
}

const untilWords = (at: number, now: number): string =>
  lengthOf(Math.ceil(Math.max(0, at - now) / 1_000) * 1_000)
