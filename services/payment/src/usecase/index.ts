import type { Ports } from '../model/ports.ts'
import { cancelPayment } from './cancel-payment.ts'
import { charge } from './charge.ts'
import { getPayment } from './get-payment.ts'
import { openPayment } from './open-payment.ts'
import { refund } from './refund.ts'

/** All that the payment service does. */
export const paymentUseCases = (ports: Ports) => ({
  openPayment: openPayment(ports),
  charge: charge(ports),
  cancelPayment: cancelPayment(ports),
  refund: refund(ports),
  getPayment: getPayment(ports),
})

export type UseCases = ReturnType<typeof paymentUseCases>
