export * from './generated/micromart/privacy/v1/privacy.ts'
