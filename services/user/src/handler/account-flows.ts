import {
  EndSessionResponse,
  RequestEmailVerificationResponse,
  type UserServiceServer,
} from '@micromart/contracts/user'
import { unary } from '@micromart/service'
import type { UseCases } from '../usecase/index.ts'
import { userOf } from './caller.ts'
import { sessionMessage, totpMessage } from './messages.ts'
import { type AnswersAbout, repeatable } from './repeatable.ts'

type Rpcs<Names extends keyof UserServiceServer> = Pick<UserServiceServer, Names>

type MailboxRpcs = Rpcs<
  'verifyEmail' | 'requestEmailVerification' | 'requestPasswordReset' | 'resetPassword'
>

/** What an account proves by its mailbox. */
const mailbox = (use: UseCases, answers: AnswersAbout): MailboxRpcs => ({
  verifyEmail: unary(async ({ token }) => {
    await use.verifyEmail(token)
    return {}
  }),
  requestEmailVerification: repeatable(answers)(
    'RequestEmailVerification',
    RequestEmailVerificationResponse,
    async (_, call) => {
      await use.requestEmailVerification(userOf(call).id)
      return {}
    },
  ),
  requestPasswordReset: unary(async ({ email }) => {
    await use.requestPasswordReset(email)
    return {}
  }),
  resetPassword: unary(async ({ token, password }) => {
    await use.resetPassword({ token, password })
    return {}
  }),
})

const secondFactor = (
  use: UseCases,
): Rpcs<'startTotp' | 'confirmTotp' | 'disableTotp' | 'getTotp'> => ({
  startTotp: unary(async ({ password }, call) => {
    const { secret, uri } = await use.startTotp(userOf(call), password)
    return { secret, otpauthUri: uri }
  }),
  confirmTotp: unary(async ({ code }, call) => ({
    recoveryCodes: await use.confirmTotp(userOf(call), code),
  })),
  disableTotp: unary(async ({ password, code }, call) => {
    await use.disableTotp(userOf(call).id, { password, code })
    return {}
  }),
  getTotp: unary(async (_, call) => ({ totp: totpMessage(await use.getTotp(userOf(call).id)) })),
})

const sessions = (
  use: UseCases,
  answers: AnswersAbout,
): Rpcs<'listSessions' | 'endSession' | 'exportMe'> => ({
  listSessions: unary(async (_, call) => {
    const { id, sessionId } = userOf(call)
    const items = await use.listSessions(id)
    return { items: items.map((session) => sessionMessage(session, sessionId)) }
  }),
  exportMe: unary(async (_, call) => {
    const { id, sessionId } = userOf(call)
    const { sessions: kept, secondFactor: factor, links, mails } = await use.exportMe(id)
    return {
      sessions: kept.map((session) => sessionMessage(session, sessionId)),
      totp: totpMessage(factor),
      links,
      mails,
    }
  }),
  endSession: repeatable(answers)('EndSession', EndSessionResponse, async ({ id }, call) => {
    await use.endSession(userOf(call).id, id)
    return {}
  }),
})

export const accountFlows = (use: UseCases, answers: AnswersAbout) => ({
  ...mailbox(use, answers),
  ...secondFactor(use),
  ...sessions(use, answers),
})
