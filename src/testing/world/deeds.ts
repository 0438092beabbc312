import { APP } from '../simulation/simulated-node.ts'
import { ghostPeer } from './ghost-peers.ts'
import { meet } from './meeting.ts'
import type { DeedPorts } from './deed-ports.ts'
import type { Life } from './life.ts'
import type { Member } from './member.ts'
import type { Deed } from './plan.ts'
import type { Resident } from './resident.ts'
import type { PeerInfo } from '@libp2p/interface'

/** Milliseconds after which every `connect()` has settled, if its node was not disturbed. */
const SETTLED = 60_000

/** Does what was planned. What it comes to nobody waits for; what cannot be done now is not done. */
export function carryOut(deed: Deed, ports: DeedPorts): void {
  const { links, members } = ports
  if (deed.type === 'partition') {
    return links.partition(members.values(), { ...deed, time: deed.for })
  }
  const resident = ports.resident(deed.node)
  const { life } = resident
  if (life === undefined) return
  const about = 'of' in deed ? members.get(deed.of) : undefined
  if (deed.type === 'restart') return void resident.restart(deed, deed.for)
  if (deed.type === 'slow') return links.slow(resident, deed.by, deed.for)
  if (deed.type === 'stall') return resident.stall(deed.for)
  if (deed.type === 'jump') return resident.jump(deed.by)
  if (deed.type === 'lapse') return resident.lapse(deed.how, deed.for)
  if (deed.type === 'hear of ghost') return void life.node.peerStore.discover(ghostPeer(deed.ghost))
  if ('pick' in deed) return onConnection(deed, resident, life, ports)
  if (about === undefined) return
  switch (deed.type) {
    case 'learn':
      return void life.node.peerStore.discover(infoOf(about))
    case 'connect':
      return connect(resident, life, about, ports)
    case 'enqueue':
      return void life.node.peers.enqueue(about.dialable)
    case 'meet':
      return meet(resident, ports.resident(deed.of), ports)
    case 'dial as DHT':
      return void dialAsDht(life, about)
    case 'assail':
      return void ports
        .villain(deed.of)
        .assail(resident, deed.act)
        .catch(() => {})
  }
}

function onConnection(
  deed: Extract<Deed, { pick: number }>,
  resident: Resident,
  life: Life,
  ports: DeedPorts
): void {
  const connection = resident.connection(deed.pick)
  if (connection === undefined) return
  const peer = connection.remotePeer
  const about = [...ports.members.values()].find(({ peerId }) => peerId.equals(peer))
  switch (deed.type) {
    case 'lose':
      return ports.links.lose(connection)
    case 'half-open':
      return ports.links.loseHalf(connection, deed.for)
    case 'silence':
      return ports.links.silence(connection, deed.for)
    case 'disconnect':
      ports.links.disturb(resident)
      return void life.node.peers.disconnect(peer)
    case 'ban':
      ports.links.disturb(resident)
      return about && resident.ban(about, deed.for)
    case 'stream':
      return void openStream(resident, life, connection, ports)
  }
}

const infoOf = ({ peerId, address }: Member): PeerInfo => ({ id: peerId, multiaddrs: [address] })

async function dialAsDht(life: Life, about: Member): Promise<void> {
  await life.node.peerStore.discover(infoOf(about))
  await life.node.dialAsOthers(about.peerId).catch(() => {})
}

function connect(resident: Resident, life: Life, about: Member, ports: DeedPorts): void {
  const { clock, complain } = ports
  let isSettled = false
  life.waiting++
  life.node.peers
    .connect(about.dialable)
    .catch((error: Error) => {
      if (error.name === 'PeerRejectedError') return
      complain(resident, 'closed words', `connect() rejects with ${error.name}`, about.key)
    })
    .finally(() => {
      isSettled = true
      life.waiting--
    })
    .catch(() => {})
  const look = (): void => {
    if (isSettled || resident.life !== life) return
    const calm = clock.now() - resident.disturbedAt
    if (resident.isStalled || calm < SETTLED) return void clock.after(SETTLED, look)
    complain(resident, 'settle', 'connect() does not settle', about.key)
  }
  clock.after(SETTLED, look)
}

/** The application opens a stream of its own, which it may with authorized peers only. */
async function openStream(
  resident: Resident,
  life: Life,
  connection: NonNullable<ReturnType<Resident['connection']>>,
  { complain }: DeedPorts
): Promise<void> {
  const peer = connection.remotePeer.toString()
  try {
    const stream = await connection.newStream(APP)
    if (!life.authorized.has(peer)) {
      complain(resident, 'gate', 'the application has a stream with it, unauthorized', peer)
    }
    await stream.close()
  } catch (error) {
    const { name } = error as Error
    if (name === 'PeerNotAuthorizedError' && life.authorized.has(peer)) {
      complain(
        resident,
        'gate',
        'the application is refused a stream with an authorized peer',
        peer
      )
    }
  }
}
