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

const converted = (params: Readonly<Record<string, string>>): PublicParams =>
  Object.fromEntries(
    Object.entries(params)
      .filter(([name]) => !hidden.has(name))
      .map(([name, text]) => [name, valueOf(name, text, params['currency'])]),
  )

/**
 * The short skus of a checkout, which travel as two lists: `skus` and `available`. A sku may hold a comma itself; the lists
 * are of one length when none does, or when there is one sku.
 */
const shortagesOf = (skus: string, available: string): PublicParams => {
  const units = available.split(',').map(Number)
  const names = units.length === 1 ? [skus] : skus.split(',')
  const isClear = names.length === units.length && units.every(Number.isInteger)
  if (!isClear) return {}
  const shortages = names.map((sku, index) => ({ sku, available: units[index] }))
  return { ...(units.length === 1 && { available: units[0] }), shortages }
}

/** @param params as ErrorInfo carries them, all texts */
export const publicParams = (params: Readonly<Record<string, string>>): PublicParams => {
  const { skus, available, ...others } = params
  if (skus === undefined || available === undefined) return converted(params)
  return { ...converted(others), skus, ...shortagesOf(skus, available) }
}
