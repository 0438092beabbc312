import type { Local } from './scene.ts'
import type { PeerEffect } from '../../../machines/index.ts'

/** What an effect changes outside the chart; the others leave nothing behind. */
export const CHANGES: Partial<Readonly<Record<PeerEffect, Partial<Local>>>> = {
  dial: { isDialing: true },
  cancelDial: { isDialing: false },
  armDialDeadline: { deadline: 'dial' },
  armHandshakeDeadline: { deadline: 'handshake' },
  armCoolDown: { deadline: 'coolDown' },
  clearDeadline: { deadline: '' },
  openGate: { isGateOpen: true },
  closeGate: { isGateOpen: false }
}
