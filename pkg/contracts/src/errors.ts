export * from './generated/micromart/errors/v1/errors.ts'
