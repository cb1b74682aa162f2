import { holdsCardNumber, type Money } from '@micromart/kernel'
import type { ChargeAnswer } from '../model/charge-answer.ts'
import { CardNumberRefused, PaymentCancelled } from '../model/errors.ts'
import {
  captureNothing,
  newPayment,
  type Payment,
  requireAmount,
  startCharge,
} from '../model/payment.ts'
import type { Ports } from '../model/ports.ts'
import { ask, chargeRef, type Known } from './ask.ts'
import { patience } from './patience.ts'
import { settle } from './settle.ts'

type Deps = Pick<Ports, 'payments' | 'provider' | 'clock' | 'ids'>

export type ChargeCommand = {
  readonly orderId: string
  readonly amount: Money
  /** The card token; it lives as long as this command. */
  readonly token: string
  readonly deadline: Date | undefined
}

/** First asks, then charges only under a key of which the provider says that it has charged nothing. */
const askThenCharge = async (
  { provider }: Deps,
  payment: Payment,
  token: string,
  until: Date,
): Promise<ChargeAnswer> => {
  const ref = chargeRef(payment)
  const found = await provider.find(ref, until)
  if (found.status !== 'never_made') return found
  return provider.charge({ ...ref, token }, until)
}

const chargeNow = async (
  deps: Deps,
  payment: Payment,
  token: string,
  until: Date,
): Promise<ChargeAnswer> => {
  const answer = await deps.provider.charge({ ...chargeRef(payment), token }, until)
  return answer.status === 'unknown' ? askThenCharge(deps, payment, token, until) : answer
}

/** The first step of an open payment; undefined when another call took it. */
const begin = async (
  deps: Deps,
  payment: Payment,
  { amount, token }: ChargeCommand,
  until: Date,
): Promise<Payment | undefined> => {
  const { payments, clock } = deps
  const first = amount.amount === 0n ? captureNothing : startCharge
  const begun = first(payment, amount, clock.now())
  if (!(await payments.save(begun, payment.status))) return undefined
  if (begun.status === 'captured') return begun
  return settle(deps)(begun, await chargeNow(deps, begun, token, until))
}

/** Brings a payment as far as it goes: each turn either ends or finds it moved by somebody else. */
const proceed = async (
  deps: Deps,
  payment: Payment,
  command: ChargeCommand,
  until: Date,
): Promise<Payment> => {
  if (payment.status === 'cancelled') throw new PaymentCancelled()
  if (payment.status === 'open') {
    const begun = await begin(deps, payment, command, until)
    if (begun !== undefined) return begun
    const moved = (await deps.payments.find(payment.orderId)) ?? payment
    return proceed(deps, moved, command, until)
  }
  requireAmount(payment, command.amount)
  if (payment.status !== 'charging') return (await ask(deps)(payment, until)).payment
  return settle(deps)(payment, await askThenCharge(deps, payment, command.token, until))
}

/**
 * Charges an order once, whatever happens: the row says that the provider is asked before it is, its key comes from the row,
 * and after a lost answer the provider is asked what it did.
 * @returns captured, declined, or under way (pending, requires_action, charging: not known): answers, not errors
 * @throws PaymentCancelled, AmountMismatch, CardNumberRefused
 */
export const charge =
  (deps: Deps) =>
  async (command: ChargeCommand): Promise<Known> => {
    const { payments, provider, clock, ids } = deps
    if (holdsCardNumber(command.token)) throw new CardNumberRefused()
    const until = patience(clock, command.deadline)
    const { orderId } = command
    const fresh = () =>
      newPayment({ id: ids.next(), orderId, provider: provider.name }, clock.now())
    const payment = (await payments.find(orderId)) ?? (await payments.add(fresh()))
    const charged = await proceed(deps, payment, command, until)
    if (charged.status === 'cancelled') throw new PaymentCancelled()
    return { payment: charged, neverMade: false }
  }
