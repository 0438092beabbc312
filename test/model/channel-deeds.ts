import { dialed, hello, no } from './deeds.ts'
import { CHAIN, OTHER_CHAIN } from './real-nodes.ts'
import type { Deed } from './deeds.ts'
import type { FarChannel } from './far-channel.ts'
import type { Stage } from './stage.ts'

/** How what happens in secure channels is brought about with two real nodes. */

/** The handshake that the other side has begun in a channel. */
function channelOf({ channel }: Stage): FarChannel {
  if (channel === undefined) throw new Error('There is no channel')
  return channel
}

/** Our dial leads to a channel. */
async function reached(stage: Stage): Promise<FarChannel> {
  await dialed(stage)
  stage.leadsTo = 'channel'
  stage.out.release()
  const channel = await stage.answer()
  stage.leadsTo = 'stream'
  await channel.hears('hello')
  return channel
}

async function agree(channel: FarChannel): Promise<void> {
  channel.say({ type: 'accept' })
  await channel.hears('accept')
  channel.pass()
}

export const CHANNEL_DEEDS: Readonly<Record<string, Deed>> = {
  'it begins a handshake in a channel': async (stage) => {
    const channel = await stage.call()
    channel.say(hello(CHAIN))
  },
  'it agrees in the channel': (stage) => agree(channelOf(stage)),
  'it says garbage in the channel': (stage) => channelOf(stage).babble(),
  'it says in the channel that we are of another chain': (stage) =>
    channelOf(stage).say(no('reject', 'incompatible')),
  'it is full, as it says in the channel': (stage) =>
    channelOf(stage).say(no('reject', 'too-many-peers')),
  'the dial leads to a channel, and it agrees there': async (stage) => {
    const channel = await reached(stage)
    channel.say(hello(CHAIN))
    await agree(channel)
  },
  'the dial leads to a channel, and it says garbage there': async (stage) =>
    (await reached(stage)).babble(),
  'the dial leads to a channel, and it is full': async (stage) =>
    (await reached(stage)).say(no('reject', 'too-many-peers')),
  'it visits, and is of another chain': async (stage) =>
    (await stage.call()).say(hello(OTHER_CHAIN, 'visit')),
  'it visits, and says garbage': async (stage) => (await stage.call()).babble(),
  'it agrees in a channel instead': async (stage) => {
    const channel = await stage.call()
    channel.say(hello(CHAIN))
    await agree(channel)
  }
}
