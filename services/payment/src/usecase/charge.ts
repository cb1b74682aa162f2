import type { Money } from '@micromart/kernel'
import { PaymentCancelled } from '../model/errors.ts'
import {
  newPayment,
  type Payment,
  providerKey,
  requireAmount,
  startCharge,
} from '../model/payment.ts'
import type { Ports } from '../model/ports.ts'
import type { ChargeAnswer } from '../model/provider.ts'
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

/** First asks, then charges only under a key of which the provider says that it has never seen it. */
const askThenCharge = async (
  { provider }: Deps,
  payment: Payment,
  { orderId, amount, token }: ChargeCommand,
  until: Date,
): Promise<ChargeAnswer> => {
  const key = providerKey(payment)
  const found = await provider.find(key, until)
  if (found.status !== 'never_made') return found
  return provider.charge({ key, orderId, amount, token }, until)
}

const chargeNow = async (
  deps: Deps,
  payment: Payment,
  command: ChargeCommand,
  until: Date,
): Promise<ChargeAnswer> => {
  const { orderId, amount, token } = command
  const order = { key: providerKey(payment), orderId, amount, token }
  const answer = await deps.provider.charge(order, until)
  return answer.status === 'unknown' ? askThenCharge(deps, payment, command, until) : answer
}

/** Brings a payment as far as it goes: each turn either ends or finds it moved by somebody else. */
const proceed = async (
  deps: Deps,
  payment: Payment,
  command: ChargeCommand,
  until: Date,
): Promise<Payment> => {
  const { payments, clock } = deps
  if (payment.status === 'cancelled') throw new PaymentCancelled()
  if (payment.status === 'open') {
    const started = startCharge(payment, command.amount, clock.now())
    if (await payments.save(started)) {
      return settle(deps)(started, await chargeNow(deps, started, command, until))
    }
    const moved = (await payments.find(payment.orderId)) ?? payment
    return proceed(deps, moved, command, until)
  }
  requireAmount(payment, command.amount)
  if (payment.status !== 'charging') return payment
  return settle(deps)(payment, await askThenCharge(deps, payment, command, until))
}

/**
 * Charges an order once, whatever happens: the row says that the provider is asked before it is, its key comes from the row,
 * and after a lost answer the provider is asked what it did.
 * @returns captured, declined, or charging (not known): answers, not errors
 * @throws PaymentCancelled, AmountMismatch
 */
export const charge =
  (deps: Deps) =>
  async (command: ChargeCommand): Promise<Payment> => {
    const { payments, clock, ids } = deps
    const until = patience(clock, command.deadline)
    const known = await payments.find(command.orderId)
    const payment =
      known ?? (await payments.add(newPayment(ids.next(), command.orderId, clock.now())))
    const charged = await proceed(deps, payment, command, until)
    if (charged.status === 'cancelled') throw new PaymentCancelled()
    return charged
  }
