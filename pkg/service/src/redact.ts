const hidden = '[redacted]'
const deepest = 6
const longest = 8_192

/** Names of fields whose value never appears, whatever it is. */
const secretName = /password|secret|authorization|cookie|token$|^card|apikey|api_key/i

const luhn = (digits: string): boolean => {
  const sum = [...digits].toReversed().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 1 ? 2 : 1)
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return sum % 10 === 0
}

const maskCard = (found: string): string => (luhn(found.replaceAll(/[ -]/g, '')) ? hidden : found)

/**
 * Hides credentials in URLs, tokens, e-mail addresses and card numbers. In linear time: each pattern begins where its
 * first run of characters does, and nowhere within it.
 */
export const maskText = (text: string): string =>
  (text.length > longest ? `${text.slice(0, longest)}...` : text)
    .replaceAll(/:\/\/[^\s/@]{1,256}@/g, `://${hidden}@`)
    .replaceAll(/(?<![\w-])eyJ[\w-]{5,}\.[\w-]{2,}\.[\w-]*/g, hidden)
    .replaceAll(/(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, hidden)
    .replaceAll(/\b\d(?:[ -]?\d){12,18}\b/g, maskCard)

/** Of the errors of TypeORM and mysql2: statements with a shopper's data in them. */
const statements = { parameters: undefined, sql: undefined }

const fieldsOf = (value: object, depth: number): object =>
  Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      secretName.test(name) && inner !== undefined ? hidden : maskAt(inner, depth + 1),
    ]),
  )

const errorFields = (error: Error, depth: number): object => ({
  type: error.name,
  message: maskText(error.message),
  ...fieldsOf({ ...error, ...statements, name: undefined }, depth),
  stack: error.stack === undefined ? undefined : maskText(error.stack),
  ...(error.cause === undefined ? {} : { cause: maskAt(error.cause, depth + 1) }),
})

const maskAt = (value: unknown, depth: number): unknown => {
  if (typeof value === 'string') return maskText(value)
  if (typeof value === 'bigint') return String(value)
  if (typeof value !== 'object' || value === null) return value
  if (depth > deepest) return '[deeper]'
  if (value instanceof Error) return errorFields(value, depth)
  if (value instanceof Date) return value
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
  if (Array.isArray(value)) return value.slice(0, 100).map((item) => maskAt(item, depth + 1))
  return fieldsOf(value, depth)
}

/** Log fields as they may be written: secrets hidden by name and by form, errors with their causes, depth bounded. */
export const redact = (fields: object): object => fieldsOf(fields, 0)
