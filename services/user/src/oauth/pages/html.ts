import { escapeHtml } from '../../model/escape-html.ts'

/** Text that is markup already; every other text is escaped where it meets markup. */
export type Html = { readonly markup: string }

type Part = Html | string | undefined | readonly Html[]

const markupOf = (part: Part): string => {
  if (part === undefined) return ''
  if (typeof part === 'string') return escapeHtml(part)
  return 'markup' in part ? part.markup : part.map(({ markup }) => markup).join('')
}

/** Markup from a template; what is put into it is escaped, unless it is markup itself. */
export const html = (strings: TemplateStringsArray, ...parts: readonly Part[]): Html => ({
  markup: strings.map((text, index) => text + markupOf(parts[index])).join(''),
})
