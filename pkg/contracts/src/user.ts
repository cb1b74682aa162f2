export * from './generated/micromart/user/v1/user.ts'
