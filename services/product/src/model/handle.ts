import { isId } from '@micromart/kernel'

/** Letters that Unicode does not decompose into a base letter and a mark. */
const spelled: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ł: 'l',
  ı: 'i',
}

export const maxHandle = 200

/** Lower case without marks: `Crème Brûlée` -> `creme brulee`. */
export const plain = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[ßæœøđðþłı]/g, (letter) => spelled[letter] ?? letter)

/**
 * The last part of a product's or category's address, made from a title.
 * @returns letters and digits of any script with single dashes; '' when the title holds none
 */
export const handleFrom = (title: string): string => {
  const words = plain(title.slice(0, 4 * maxHandle)).match(/[\p{L}\p{N}]+/gu) ?? []
  const handle = [...words.join('-')].slice(0, maxHandle).join('').replace(/-$/, '')
  return isId(handle) ? `${handle}-1` : handle // an id-like handle could never be read by handle
}

/** What callers may choose themselves. */
export const isHandle = (text: string): boolean =>
  text.length <= maxHandle &&
  /^[\p{Ll}\p{Lo}\p{N}]+([-_.][\p{Ll}\p{Lo}\p{N}]+)*$/u.test(text) &&
  !isId(text)

/** The handle itself, or its first free successor: `mug`, `mug-2`, `mug-3`. */
export const freeHandle = (
  wanted: string,
  taken: { readonly has: (handle: string) => boolean },
): string => {
  if (!taken.has(wanted)) return wanted
  let next = 2
  while (taken.has(`${wanted}-${next}`)) next += 1
  return `${wanted}-${next}`
}
