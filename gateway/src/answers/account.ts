import type { Tokens, User } from '@micromart/contracts/user'
import { present, timeAnswer } from './money.ts'

export const userAnswer = (message: User | undefined) => {
  const { id, email, name, roles, createdAt } = present(message)
  return { id, email, name, roles, createdAt: timeAnswer(createdAt) }
}

export const tokensAnswer = (message: Tokens | undefined) => {
  const { accessToken, refreshToken, expiresIn } = present(message)
  return { accessToken, refreshToken, tokenType: 'Bearer' as const, expiresIn }
}
