export * from './generated/micromart/types/v1/address.ts'
export * from './generated/micromart/types/v1/money.ts'
