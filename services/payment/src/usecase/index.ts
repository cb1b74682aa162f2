import type { Ports } from '../model/ports.ts'
import { cancelPayment } from './cancel-payment.ts'
import { charge } from './charge.ts'
import { continueCharge } from './continue-charge.ts'
import { getPayment } from './get-payment.ts'
import { listRecords } from './list-records.ts'
import { listPaymentBooks, listProviderBooks } from './list-books.ts'
import { listForeignRefunds } from './list-foreign-refunds.ts'
import { openPayment } from './open-payment.ts'
import { payBackLate } from './pay-back-late.ts'
import { receiveNotice } from './receive-notice.ts'
import { refund } from './refund.ts'

/** All that the payment service does. */
export const paymentUseCases = (ports: Ports) => ({
  openPayment: openPayment(ports),
  charge: charge(ports),
  continueCharge: continueCharge(ports),
  cancelPayment: cancelPayment(ports),
  refund: refund(ports),
  getPayment: getPayment(ports),
  receiveNotice: receiveNotice(ports),
  listForeignRefunds: listForeignRefunds(ports),
  payBackLate: payBackLate(ports),
  listRecords: listRecords(ports),
  listPaymentBooks: listPaymentBooks(ports),
  listProviderBooks: listProviderBooks(ports),
})

export type UseCases = ReturnType<typeof paymentUseCases>
