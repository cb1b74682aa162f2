import { isIPv4, isIPv6 } from 'node:net'

/** So many first groups of an IPv6 address. */
const network = (address: string, count: number): string => {
  const [head = '', tail = ''] = address.split('%', 1)[0]?.split('::') ?? []
  const front = head.split(':').filter((group) => group !== '')
  const back = tail.split(':').filter((group) => group !== '')
  const gap = address.includes('::') ? Math.max(0, 8 - front.length - back.length) : 0
  const groups = [...front, ...Array<string>(gap).fill('0'), ...back]
  return `${groups.slice(0, count).join(':')}::/${count * 16}`
}

/** IPv4 mapped into IPv6 is IPv4. */
export const unmapped = (address: string): string =>
  /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address

/** What an address counts as: IPv4 as it is, also when mapped into IPv6; IPv6 by its /64, which one subscriber has whole. */
export const addressKey = (address: string | undefined): string => {
  if (address === undefined) return 'unknown'
  const plain = unmapped(address)
  return isIPv6(plain) ? network(plain, 4) : plain
}

/** Where an address is, and no more: IPv4 by its /24, IPv6 by its /48. */
export const coarseAddress = (address: string | undefined): string | undefined => {
  const plain = unmapped(address ?? '')
  if (isIPv4(plain)) return `${plain.slice(0, plain.lastIndexOf('.'))}.0/24`
  return isIPv6(plain) ? network(plain, 3) : undefined
}
