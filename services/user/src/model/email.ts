import { EmailInvalid } from './errors.ts'

const longest = 254 // RFC 5321, 4.5.3.1.3: a path of 256 with its angle brackets

// One @, something before and after it, nothing invisible. Only a letter sent there proves more.
const shape = /^[^\s@\p{C}]{1,64}@[^\s@\p{C}]+$/u

/**
 * An e-mail address as its owner wrote it, without blanks around it.
 * @throws EmailInvalid
 */
export const emailOf = (text: string): string => {
  const email = text.trim()
  const tooLong = email.length > longest || emailKey(email).length > longest // lower case can be longer
  if (tooLong || !shape.test(email)) throw new EmailInvalid()
  return email
}

/** What addresses are compared by: two that differ only in case are one account. */
export const emailKey = (email: string): string => email.trim().normalize('NFC').toLowerCase()
