export * from './generated/micromart/user/v1/oauth.ts'
export * from './generated/micromart/user/v1/user.ts'
