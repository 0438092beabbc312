import { isLocal, subnetOf } from '../ip.ts'
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
  /**
   * What one host has to itself: an IPv4 address, an IPv6 /56. Within its /56 a host can be at a new
   * address with every connection.
   */
  readonly host: string
  readonly nets: readonly NetLimit[]
}

/** The place that counts for the limits; undefined if there is none: no IP address, or a local one. */
export function placeOf(ip: Ip | undefined, options: AdmissionOptions): IpPlace | undefined {
  if (ip === undefined || (isLocal(ip) && !options.limitPrivate)) return undefined
  const [host, hostLimit, subnet, subnetLimit] =
    ip.version === 4
      ? [32, options.peersPerIpv4, 24, options.peersPerIpv4Subnet]
      : [56, options.peersPerIpv6, 48, options.peersPerIpv6Subnet]
  const nets = [
    { net: subnetOf(ip, host), limit: hostLimit },
    { net: subnetOf(ip, subnet), limit: subnetLimit }
  ]
  return { host: subnetOf(ip, host), nets }
}
