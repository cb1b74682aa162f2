import { textOf } from './html-text.ts'
import { plain } from './handle.ts'
import type { Product } from './product.ts'

/** Left out of a query that has other words; alone they are searched for like any word. */
const fillers = new Set([
  'a',
  'an',
  'and',
  'for',
  'from',
  'in',
  'of',
  'on',
  'or',
  'the',
  'to',
  'with',
])

const maxWords = 8
const maxWordLength = 40
const ideograph = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u

const wordsOf = (text: string): string[] => {
  const words = plain(text).match(/[\p{L}\p{N}]+/gu) ?? []
  return words
    .flatMap((word) => (ideograph.test(word) ? [...word] : [word]))
    .map((word) => word.slice(0, maxWordLength))
}

/** English plurals only: enough for `mugs` to find a mug. */
const singular = (word: string): string => {
  if (word.length < 4 || /(ss|us|is)$/.test(word)) return word
  if (/(s|x|z|ch|sh)es$/.test(word)) return word.slice(0, -2)
  return word.endsWith('s') ? word.slice(0, -1) : word
}

/**
 * A word as the FULLTEXT index holds it. The marker makes each word at least three characters long and no stopword,
 * so that `tv` and `who` are found under the servers' default settings (innodb_ft_min_token_size 3, English stopwords).
 */
const marked = (word: string): string => `__${word}`

/** Text for the index: marked words, each plural followed by its singular, between blanks. */
export const searchText = (text: string): string => {
  const words = wordsOf(text).flatMap((word) => {
    const one = singular(word)
    return one === word ? [marked(word)] : [marked(word), marked(one)]
  })
  return words.length === 0 ? '' : ` ${words.join(' ')} `
}

/** One word of a query: the index's word, and whether it may go on (the last one: it is perhaps still being typed). */
export type Term = { readonly word: string; readonly prefix: boolean }

/** @returns no terms when the text has no letter and no digit: nothing is found then */
export const queryTerms = (q: string): readonly Term[] => {
  const all = wordsOf(q.slice(0, 500))
  const telling = all.filter((word) => !fillers.has(word))
  const words = [...new Set((telling.length > 0 ? telling : all).map(singular))].slice(0, maxWords)
  return words.map((word, at) => ({ word: marked(word), prefix: at === words.length - 1 }))
}

/** Every term is required. Only letters, digits and our marker: no operator of the caller's gets through. */
export const booleanQuery = (terms: readonly Term[]): string =>
  terms.map(({ word, prefix }) => `+${word}${prefix ? '*' : ''}`).join(' ')

/** The same term for LIKE over one of the index's texts. Its own underscores are escaped. */
export const likePattern = ({ word, prefix }: Term): string =>
  `% ${word.replaceAll('_', '\\_')}${prefix ? '' : ' '}%`

type Searchable = Pick<
  Product,
  'title' | 'brand' | 'tags' | 'categories' | 'variants' | 'description'
>

/** A product's three indexed texts. They weigh in this order. */
export const searchTexts = (product: Searchable) => ({
  title: searchText(product.title),
  names: searchText(
    [
      product.brand,
      ...product.tags,
      ...product.categories.map(({ title }) => title),
      ...new Set(product.variants.flatMap(({ options }) => options.map(({ value }) => value))),
      ...product.variants.map(({ sku }) => sku),
    ].join(' '),
  ),
  body: searchText(textOf(product.description)),
})
