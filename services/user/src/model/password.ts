import { PasswordRefused } from './errors.ts'

const shortest = 8
const longest = 256

/** Words that a guesser tries first at this shop; with up to eight digits and signs behind they are no better. */
const ownWords = new Set([
  'micromart',
  'micromarket',
  'minimart',
  'supermarket',
  'shopping',
  'shopper',
  'customer',
  'merchandiser',
  'support',
  'operator',
  'admin',
  'administrator',
  'groceries',
  'checkout',
])

/** Characters as people count them, not UTF-16 units. Counting stops where the answer is known. */
const lengthOf = (password: string): number =>
  password.length > 2 * longest ? Infinity : [...password].length

/** Whether a text can be anybody's password at all; a login with another one needs no comparison. */
export const couldBePassword = (password: string): boolean => lengthOf(password) <= longest

const isOwnWord = (lower: string): boolean => ownWords.has(lower.replace(/[^\p{L}]{1,8}$/u, ''))

/**
 * The rules for a new password: 8..256 characters of any kind, taken as they are, and not a common one in any case.
 * No rules of composition (ASVS 5.0, 6.2.5).
 * @param common common passwords in lower case
 * @param path the field that carries it, a JSON Pointer
 * @throws PasswordRefused
 */
export const checkNewPassword = (
  password: string,
  common: ReadonlySet<string>,
  path: string,
): void => {
  const length = lengthOf(password)
  if (length < shortest) throw new PasswordRefused('password_too_short', path)
  if (length > longest) throw new PasswordRefused('password_too_long', path)
  const lower = password.toLowerCase()
  if (common.has(lower) || isOwnWord(lower)) throw new PasswordRefused('password_common', path)
}
