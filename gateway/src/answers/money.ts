import type { Money } from '@micromart/contracts/types'
import { DomainError } from '@micromart/kernel'

export type MoneyAnswer = { readonly amount: number; readonly currency: string }

/** A bigint of the wire as a JSON number; beyond the safe range it would silently change. */
export const count = (value: bigint): number => {
  const number = Number(value)
  if (!Number.isSafeInteger(number)) throw new DomainError('internal', 'amount_unsafe')
  return number
}

/** @throws DomainError internal: a service left out what its contract promises */
export const moneyAnswer = (money: Money | undefined): MoneyAnswer => {
  if (!money) throw new DomainError('internal', 'money_missing')
  return { amount: count(money.amount), currency: money.currency }
}

export const moneyOrNull = (money: Money | undefined): MoneyAnswer | null =>
  money ? moneyAnswer(money) : null

/** Money that a client sent, for the wire. */
export const moneyMessage = ({ amount, currency }: MoneyAnswer): Money => ({
  amount: BigInt(amount),
  currency,
})

/** What a service's answer must hold. @throws DomainError internal: it does not */
export const present = <T>(part: T | undefined): T => {
  if (part === undefined) throw new DomainError('internal', 'answer_incomplete')
  return part
}

export const timeAnswer = (time: Date | undefined): string => present(time).toISOString()
