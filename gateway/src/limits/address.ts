import { isIPv6 } from 'node:net'

/** The first four groups of an IPv6 address: one subscriber has a whole /64. */
const network = (address: string): string => {
  const [head = '', tail = ''] = address.split('%', 1)[0]?.split('::') ?? []
  const front = head.split(':').filter((group) => group !== '')
  const back = tail.split(':').filter((group) => group !== '')
  const gap = address.includes('::') ? Math.max(0, 8 - front.length - back.length) : 0
  const groups = [...front, ...Array<string>(gap).fill('0'), ...back]
  return `${groups.slice(0, 4).join(':')}::/64`
}

/** What an address counts as: IPv4 as it is, also when mapped into IPv6; IPv6 by its /64. */
export const addressKey = (address: string | undefined): string => {
  if (address === undefined) return 'unknown'
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return mapped
  return isIPv6(address) ? network(address) : address
}
