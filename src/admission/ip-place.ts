import { hostOf, isLocal, subnetOf } from '../ip.ts'
import type { Ip } from '../ip.ts'
import type { AdmissionOptions } from '../options/admission-options.ts'

/** A network, and how many inbound peers of it may hold a slot. */
interface NetLimit {
  /** As text that is the same for all its addresses, such as `203.0.113.0/24`. */
  readonly net: string
  readonly limit: number
}

/** Where a peer comes from, as the limits by address see it. Plain data. */
export interface IpPlace {
  readonly host: string
  readonly nets: readonly NetLimit[]
}

/** The place that counts for the limits; undefined if there is none: no IP address, or a local one. */
export function placeOf(ip: Ip | undefined, options: AdmissionOptions): IpPlace | undefined {
  if (ip === undefined || (isLocal(ip) && !options.limitPrivate)) return undefined
  const host = hostOf(ip)
  const [hostLimit, subnet, subnetLimit] =
    ip.version === 4
      ? [options.peersPerIpv4, 24, options.peersPerIpv4Subnet]
      : [options.peersPerIpv6, 48, options.peersPerIpv6Subnet]
  const nets = [
    { net: host, limit: hostLimit },
    { net: subnetOf(ip, subnet), limit: subnetLimit }
  ]
  return { host, nets }
}
