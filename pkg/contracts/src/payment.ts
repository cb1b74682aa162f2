export * from './generated/micromart/payment/v1/payment.ts'
