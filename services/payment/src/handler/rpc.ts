import type { PaymentServiceServer } from '@micromart/contracts/payment'
import { unary } from '@micromart/service'
import type { UseCases } from '../usecase/index.ts'
import { chargeCommand, orderCommand, orderIdOf, refundCommand } from './commands.ts'
import { outcomeOf, paymentMessage } from './messages.ts'

/** Message -> command -> use case -> message. */
export const paymentRpc = (use: UseCases): PaymentServiceServer => ({
  openPayment: unary(async (request) => ({
    paymentId: (await use.openPayment(orderIdOf(request))).id,
  })),
  charge: unary(async (request, call) => ({
    payment: paymentMessage(await use.charge(chargeCommand(request, call))),
  })),
  cancelPayment: unary(async (request, call) => ({
    outcome: outcomeOf(await use.cancelPayment(orderCommand(request, call))),
  })),
  refund: unary(async (request, call) => {
    const { refunded, payment } = await use.refund(refundCommand(request, call))
    return { refunded, payment: paymentMessage(payment) }
  }),
  getPayment: unary(async (request, call) => ({
    payment: paymentMessage(await use.getPayment(orderCommand(request, call))),
  })),
})
