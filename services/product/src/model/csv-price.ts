const plainNumber = /^(\d{1,15})(?:[.,](\d{1,4}))?$/
/** Grouped thousands are believed only where they cannot be decimals: `1,299.00`, `1.299,00`, `1,299,000`. */
const grouped = [
  /^(\d{1,3}(?:,\d{3})+)\.(\d{1,2})$/,
  /^(\d{1,3}(?:\.\d{3})+),(\d{1,2})$/,
  /^(\d{1,3}(?:,\d{3}){2,})$/,
  /^(\d{1,3}(?:\.\d{3}){2,})$/,
]

/**
 * A price as spreadsheets write it: `19.99`, `19,99`, `1,299.00`, `1.299,00`, `20`.
 * @param digits decimals of the currency
 * @returns minor units; undefined when it is no price, or one that could mean two amounts (`1.299`)
 */
export const parsePrice = (text: string, digits: number): bigint | undefined => {
  const match = [plainNumber, ...grouped].map((form) => form.exec(text)).find((found) => found)
  if (!match) return undefined
  const [, whole = '', fraction = ''] = match
  if (fraction.length > digits) return undefined
  return BigInt(whole.replace(/[.,]/g, '') + fraction.padEnd(digits, '0'))
}
