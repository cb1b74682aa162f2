import type { PaymentServiceServer } from '@micromart/contracts/payment'
import { unary } from '@micromart/service'
import type { UseCases } from '../usecase/index.ts'
import {
  booksQuery,
  chargeCommand,
  foreignQuery,
  noticeCommand,
  orderCommand,
  orderIdOf,
  orderIdsOf,
  refundCommand,
} from './commands.ts'
import {
  bookMessage,
  endOf,
  foreignMessage,
  paymentMessage,
  recordMessage,
  refundMessage,
} from './messages.ts'

/** Message -> command -> use case -> message. */
export const paymentRpc = (use: UseCases): PaymentServiceServer => ({
  openPayment: unary(async (request) => ({
    paymentId: (await use.openPayment(orderIdOf(request))).id,
  })),
  charge: unary(async (request, call) => ({
    payment: paymentMessage(await use.charge(chargeCommand(request, call))),
  })),
  continueCharge: unary(async (request, call) => ({
    payment: paymentMessage(await use.continueCharge(orderCommand(request, call))),
  })),
  cancelPayment: unary(async (request, call) => ({
    outcome: endOf(await use.cancelPayment(orderCommand(request, call))),
  })),
  refund: unary(async (request, call) =>
    refundMessage(await use.refund(refundCommand(request, call))),
  ),
  getPayment: unary(async (request, call) => ({
    payment: paymentMessage(await use.getPayment(orderCommand(request, call))),
  })),
  listPaymentRecords: unary(async (request) => ({
    items: (await use.listRecords(orderIdsOf(request))).map(recordMessage),
  })),
  receiveWebhook: unary(async (request) => ({
    applied: await use.receiveNotice(noticeCommand(request)),
  })),
  listForeignRefunds: unary(async (request) => ({
    items: (await use.listForeignRefunds(foreignQuery(request))).map(foreignMessage),
  })),
  listPaymentBooks: unary(async (request, call) => ({
    items: (await use.listPaymentBooks(booksQuery(request, call))).map(bookMessage),
  })),
  listProviderBooks: unary(async (request, call) => {
    const items = await use.listProviderBooks(booksQuery(request, call))
    return { items: [...(items ?? [])], available: items !== undefined }
  }),
})
