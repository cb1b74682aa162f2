import type { Letter } from '../model/mail.ts'

const domainOf = (from: string): string =>
  from.slice(from.lastIndexOf('@') + 1).split('>', 1)[0] ?? ''

/**
 * A letter as nodemailer takes it: plain text and HTML, and what says that no person wrote it (RFC 3834).
 * @param from with an address in angle brackets or alone; its domain is that of the Message-ID
 */
export const messageOf = ({ id, to, ...letter }: Letter, from: string) => ({
  ...letter,
  from,
  to: { name: '', address: to }, // one address, whatever signs are in it
  messageId: `<${id}@${domainOf(from)}>`,
  headers: { 'Auto-Submitted': 'auto-generated' },
  disableFileAccess: true,
  disableUrlAccess: true,
})
