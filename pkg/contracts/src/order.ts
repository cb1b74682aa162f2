export * from './generated/micromart/order/v1/order.ts'
