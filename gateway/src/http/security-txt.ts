/**
 * Until when the file speaks for us (RFC 9116 2.5.5: less than a year ahead). Before it is renewed somebody makes sure
 * that the contact still answers; a test fails a month before it ends.
 */
export const securityTxtExpires = new Date('2027-11-15T00:00:00.000Z')

export type SecurityTxtSettings = {
  /** `mailto:`, `https:` or `tel:`, the one to write to first coming first. */
  readonly contacts: readonly string[]
  /** The shop's public address. */
  readonly origin: string
}

export const securityTxtPath = '/.well-known/security.txt'

/**
 * How to report a vulnerability (RFC 9116).
 * @returns undefined without a contact: no file is better than one that leads nowhere
 */
export const securityTxt = ({ contacts, origin }: SecurityTxtSettings): string | undefined => {
  if (contacts.length === 0) return undefined
  const fields = [
    ...contacts.map((contact) => ['Contact', contact]),
    ['Expires', securityTxtExpires.toISOString()],
    ['Preferred-Languages', 'en'],
    ['Canonical', new URL(securityTxtPath, origin).href],
  ]
  return fields.map(([name, value]) => `${name}: ${value}\n`).join('')
}
