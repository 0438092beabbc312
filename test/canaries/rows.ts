/** Where each of the measurements that the library was planned by is watched. */
export type Watch =
  /** A canary with its name watches it. */
  | 'canary'
  /** It is no matter of upstream, or none that a test here can watch: why. */
  | { readonly reason: string }

export const ROWS: Readonly<Record<`M${number}`, Watch>> = {
  M1: 'canary',
  M2: 'canary',
  M3: 'canary',
  M4: 'canary',
  M5: 'canary',
  M6: 'canary',
  M7: 'canary',
  M8: 'canary',
  M9: 'canary',
  M10: 'canary',
  M11: 'canary',
  M12: 'canary',
  M13: 'canary',
  M14: 'canary',
  M15: 'canary',
  M16: 'canary',
  M17: 'canary',
  M18: 'canary',
  M19: 'canary',
  M20: 'canary',
  M21: 'canary',
  M22: 'canary',
  M23: 'canary',
  M24: {
    reason:
      'no part of upstream reads a frame of ours: src/handshake/frame-reader.ts stands on its own'
  },
  M25: { reason: 'a property of handshakes, not of upstream: test/gate/held-streams.test.ts' },
  M26: 'canary',
  M27: 'canary',
  M28: 'canary',
  M29: 'canary',
  M30: 'canary',
  M31: 'canary',
  M32: 'canary',
  M33: {
    reason: 'memory over thousands of sessions takes minutes: test/endurance/sessions.test.ts'
  },
  M34: 'canary'
}
