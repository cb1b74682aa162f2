/** Parameters of a problem as clients read them: counts are numbers, an amount is money. */
export type PublicParams = Readonly<Record<string, unknown>>

/** Travel between processes as texts; these are counts. */
const counts = new Set(['available', 'limit', 'max', 'min', 'quantity', 'attempts'])
/** Said by headers or by the body's own members. */
const hidden = new Set(['retryAfter', 'traceId', 'replayed', 'service', 'currency'])

const isWhole = (text: string): boolean => /^-?\d{1,15}$/.test(text)

const valueOf = (name: string, text: string, currency: string | undefined): unknown => {
  if (name === 'total' && isWhole(text)) {
    return { amount: Number(text), currency: currency ?? 'EUR' }
  }
  return counts.has(name) && isWhole(text) ? Number(text) : text
}

/** @param params as ErrorInfo carries them, all texts */
export const publicParams = (params: Readonly<Record<string, string>>): PublicParams =>
  Object.fromEntries(
    Object.entries(params)
      .filter(([name]) => !hidden.has(name))
      .map(([name, text]) => [name, valueOf(name, text, params['currency'])]),
  )
