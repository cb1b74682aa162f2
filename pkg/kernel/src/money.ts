import { DomainError } from './errors.ts'

/** An amount in minor units (cents for EUR) and its ISO 4217 currency. */
export type Money = { readonly amount: bigint; readonly currency: string }

/** Two currencies met where one is needed. */
export class CurrencyMismatch extends DomainError {
  override readonly name = 'CurrencyMismatch'

  constructor(left: string, right: string) {
    super('invalid', 'currency_mismatch', { left, right })
  }
}

export const money = (amount: bigint | number, currency: string): Money => ({
  amount: BigInt(amount),
  currency,
})

const digitsOf = (currency: string): number =>
  new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions()
    .maximumFractionDigits ?? 2

/** Making a NumberFormat takes longer than the statement that its text goes into. */
const knownDigits = new Map<string, number>()

/** How many decimals a currency has (ISO 4217): 2 for EUR, 0 for JPY. */
export const minorDigits = (currency: string): number => {
  const digits = knownDigits.get(currency) ?? digitsOf(currency)
  knownDigits.set(currency, digits)
  return digits
}

/** `1999` -> `19.99`, for an amount that is not negative. @param digits decimals of its currency */
export const formatAmount = (amount: bigint, digits: number): string => {
  const text = amount.toString().padStart(digits + 1, '0')
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`
}

const sameCurrency = (left: Money, right: Money): string => {
  if (left.currency !== right.currency) throw new CurrencyMismatch(left.currency, right.currency)
  return left.currency
}

export const addMoney = (left: Money, right: Money): Money =>
  money(left.amount + right.amount, sameCurrency(left, right))

export const subtractMoney = (left: Money, right: Money): Money =>
  money(left.amount - right.amount, sameCurrency(left, right))

export const multiplyMoney = (of: Money, times: bigint | number): Money =>
  money(of.amount * BigInt(times), of.currency)

export const sumMoney = (list: readonly Money[], currency: string): Money =>
  list.reduce(addMoney, money(0n, currency))

/** Negative, zero or positive, as Array.prototype.sort wants it. */
export const compareMoney = (left: Money, right: Money): number => {
  sameCurrency(left, right)
  return left.amount < right.amount ? -1 : Number(left.amount > right.amount)
}

/**
 * Splits an amount by weights so that no cent is lost: each share is rounded down and the first shares take the rest.
 * @param weights not negative, with a positive sum
 */
export const splitMoney = (of: Money, weights: readonly bigint[]): readonly Money[] => {
  const whole = weights.reduce((sum, weight) => sum + weight, 0n)
  if (whole <= 0n || weights.some((weight) => weight < 0n)) {
    throw new DomainError('invalid', 'weights_invalid')
  }
  const shares = weights.map((weight) => (of.amount * weight) / whole)
  const rest = of.amount - shares.reduce((sum, share) => sum + share, 0n)
  const cent = rest < 0n ? -1n : 1n
  return shares.map((share, index) =>
    money(share + (BigInt(index) < rest * cent ? cent : 0n), of.currency),
  )
}
