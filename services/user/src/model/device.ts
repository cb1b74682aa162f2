/** Where a session is used from, for its owner to recognise. */
export type Device = {
  /** The client's own name for itself, shortened. */
  readonly userAgent: string | undefined
  /** A network, never a whole address: IPv4 /24, IPv6 /48. */
  readonly address: string | undefined
}

const longestUserAgent = 200
const longestAddress = 50

const shortened = (text: string | undefined, longest: number): string | undefined => {
  const plain = text?.replaceAll(/\p{C}/gu, ' ').trim()
  return plain ? [...plain].slice(0, longest).join('') : undefined
}

/** What strangers say of themselves, cut to what is kept. */
export const deviceOf = ({ userAgent, address }: Device): Device => ({
  userAgent: shortened(userAgent, longestUserAgent),
  address: shortened(address, longestAddress),
})
