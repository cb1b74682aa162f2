import {
  type ExportMeResponse,
  type Session,
  type Tokens,
  type Totp,
  TotpState,
  type User,
} from '@micromart/contracts/user'
import { present, timeAnswer } from './money.ts'

const timeOrNull = (time: Date | undefined): string | null => (time ? timeAnswer(time) : null)

export const userAnswer = (message: User | undefined) => {
  const { id, email, name, roles, createdAt } = present(message)
  return { id, email, name, roles, createdAt: timeAnswer(createdAt) }
}

export const tokensAnswer = (message: Tokens | undefined) => {
  const { accessToken, refreshToken, expiresIn } = present(message)
  return { accessToken, refreshToken, tokenType: 'Bearer' as const, expiresIn }
}

export const meAnswer = (message: User | undefined) => {
  const { emailVerified } = present(message)
  return { ...userAnswer(message), emailVerified }
}

const clientAnswer = ({ clientId: id, clientName: name, clientScopes: scopes }: Session) =>
  id === undefined ? null : { id, name: name ?? id, scopes }

export const sessionAnswer = (session: Session) => {
  const { id, startedAt, lastUsedAt, device, current } = session
  return {
    id,
    startedAt: timeAnswer(startedAt),
    lastUsedAt: timeAnswer(lastUsedAt),
    client: clientAnswer(session),
    userAgent: device?.userAgent ?? null,
    address: device?.address ?? null,
    current,
  }
}

const totpStates = {
  [TotpState.TOTP_STATE_UNSPECIFIED]: 'off',
  [TotpState.TOTP_STATE_OFF]: 'off',
  [TotpState.TOTP_STATE_PENDING]: 'pending',
  [TotpState.TOTP_STATE_ON]: 'on',
} as const

export const totpAnswer = (message: Totp | undefined) => {
  const { state, since, recoveryCodesLeft } = present(message)
  return { state: totpStates[state], since: timeOrNull(since), recoveryCodesLeft }
}

/** What the user service keeps besides account and addresses. */
export const keptAnswer = ({ sessions, totp, links, mails }: ExportMeResponse) => ({
  sessions: sessions.map((session) => ({
    ...sessionAnswer(session),
    endedAt: timeOrNull(session.endedAt),
  })),
  totp: totpAnswer(totp),
  links: links.map(({ purpose, createdAt, expiresAt }) => ({
    purpose,
    createdAt: timeAnswer(createdAt),
    expiresAt: timeAnswer(expiresAt),
  })),
  mails: mails.map(({ kind, createdAt, endedAt, outcome }) => ({
    kind,
    createdAt: timeAnswer(createdAt),
    endedAt: timeOrNull(endedAt),
    outcome: outcome ?? null,
  })),
})
