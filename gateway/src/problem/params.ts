import { z } from 'zod'
import { jsonOrText } from '../json/json-or-text.ts'

/** Parameters of a problem as clients read them: counts are numbers, an amount is money. */
export type PublicParams = Readonly<Record<string, unknown>>

/** Travel between processes as texts; these are counts. */
const counts = new Set(['available', 'limit', 'max', 'min', 'quantity', 'attempts', 'refundable'])
/** Said by headers or by the body's own members. */
const hidden = new Set(['retryAfter', 'traceId', 'replayed', 'service', 'currency'])

const isWhole = (text: string): boolean => /^-?\d{1,15}$/.test(text)

const valueOf = (name: string, text: string, currency: string | undefined): unknown => {
  if (!isWhole(text)) return text
  if (name === 'total') return { amount: Number(text), currency: currency ?? 'EUR' }
  // What is left to refund: of an order it is money, of a line units.
  if (name === 'refundable' && currency) return { amount: Number(text), currency }
  return counts.has(name) ? Number(text) : text
}

const converted = (params: Readonly<Record<string, string>>): PublicParams =>
  Object.fromEntries(
    Object.entries(params)
      .filter(([name]) => !hidden.has(name))
      .map(([name, text]) => [name, valueOf(name, text, params['currency'])]),
  )

/** The short skus of a checkout, which travel as JSON. */
const shortages = z.array(z.object({ sku: z.string(), available: z.int() }))

const shortagesIn = (text: string | undefined): PublicParams => {
  if (text === undefined) return {}
  const { data } = shortages.safeParse(jsonOrText(text))
  return data ? { shortages: data } : {}
}

/** @param params as ErrorInfo carries them, all texts */
export const publicParams = ({
  shortages: short,
  ...params
}: Readonly<Record<string, string>>): PublicParams => ({
  ...converted(params),
  ...shortagesIn(short),
})
