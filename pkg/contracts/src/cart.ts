export * from './generated/micromart/cart/v1/cart.ts'
