/** How times and lengths of time read. Numbers keep their width, so that a column of them can be compared. */

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** `312 ms`, `4.2 s`, `3 min 12 s`, `2 h 5 min`, `6 d 3 h`: two units at most. `for ever` if it has no end. */
export function lengthOf(milliseconds: number): string {
  if (milliseconds === Infinity) return 'for ever'
  const length = Math.max(0, milliseconds)
  if (length < 999.5) return `${Math.round(length)} ms`
  if (length < 9_950) return `${(length / SECOND).toFixed(1)} s`
  if (length < MINUTE - SECOND / 2) return `${Math.round(length / SECOND)} s`
  if (length < HOUR - SECOND / 2) return twoUnits(length, MINUTE, 'min', SECOND, 's')
  if (length < DAY - MINUTE / 2) return twoUnits(length, HOUR, 'h', MINUTE, 'min')
  return twoUnits(length, DAY, 'd', HOUR, 'h')
}

function twoUnits(
  length: number,
  large: number,
  largeName: string,
  small: number,
  smallName: string
): string {
  const parts = Math.round(length / small)
  const [whole, rest] = [Math.floor(parts / (large / small)), parts % (large / small)]
  return rest === 0 ? `${whole} ${largeName}` : `${whole} ${largeName} ${rest} ${smallName}`
}

/** The time of day here, to the second: `23:14:05`. */
export function clockOf(epoch: number): string {
  const time = new Date(epoch)
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map(twoDigits).join(':')
}

/** The same to the millisecond: `23:14:05.120`. */
export function exactClockOf(epoch: number): string {
  const milliseconds = Math.floor(((epoch % SECOND) + SECOND) % SECOND)
  return `${clockOf(epoch)}.${String(milliseconds).padStart(3, '0')}`
}

/** The day and the time of day here: `2026-11-23 23:14:05`. */
function dayOf(epoch: number): string {
  const time = new Date(epoch)
  const day = [time.getMonth() + 1, time.getDate()].map(twoDigits).join('-')
  return `${time.getFullYear()}-${day} ${clockOf(epoch)}`
}

/** A time to come: the time of day, with the day unless it is within the next twelve hours. */
export function momentOf(epoch: number, now: number): string {
  return Math.abs(epoch - now) < 12 * HOUR ? clockOf(epoch) : dayOf(epoch)
}

const twoDigits = (value: number): string => String(value).padStart(2, '0')

const NUMBERS = new Intl.NumberFormat('en')

/** `12,345`. */
export function numberOf(value: number): string {
  return Number.isFinite(value) ? NUMBERS.format(value) : 'no limit'
}

/** `1 peer`, `12 peers`. */
export function countOf(value: number, one: string, many = `${one}s`): string {
  return `${numberOf(value)} ${value === 1 ? one : many}`
}
