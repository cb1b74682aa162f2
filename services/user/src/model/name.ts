import { NameInvalid } from './errors.ts'

const longest = 200

/**
 * A person's name as written, without blanks around it: 1..200 characters, none of them control characters.
 * @throws NameInvalid
 */
export const nameOf = (text: string): string => {
  const name = text.trim()
  const length = [...name].length
  if (length < 1 || length > longest || /\p{Cc}/u.test(name)) throw new NameInvalid()
  return name
}
