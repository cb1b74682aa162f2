import { counter, type LabelsOf, observe } from '@micromart/contracts/telemetry'
import { refusedAs } from './model/errors.ts'
import type { Mails } from './model/mail-ports.ts'
import type { Sessions } from './model/ports.ts'
import type { TokenEnd } from './oauth/token-notes.ts'
import type { UseCases } from './usecase/index.ts'

type Flow = LabelsOf<'micromart_auth_attempts_total'>['flow']

/** The sessions with their rotations counted: a token that was used before is `reused`. */
export const countedSessions = (sessions: Sessions): Sessions => {
  const total = counter('micromart_auth_attempts_total')
  const outcomes = { rotated: 'ok', reused: 'reused', invalid: undefined } as const
  return {
    ...sessions,
    rotate: async (...of) => {
      const rotation = await sessions.rotate(...of)
      const outcome = outcomes[rotation.outcome]
      if (outcome) total.add(1, { flow: 'refresh', outcome })
      return rotation
    },
  }
}

type Entrances = Pick<UseCases, 'login' | 'register' | 'signIn' | 'signInWithCode'>

/** The ways in, counted by how they end; who has to show a code still is not in yet. */
export const countedEntrances = (use: Entrances): Entrances => {
  const total = counter('micromart_auth_attempts_total')
  const counted =
    <Wish extends unknown[], Entry extends object>(
      flow: Flow,
      enter: (...wish: Wish) => Promise<Entry>,
    ) =>
    async (...wish: Wish): Promise<Entry> => {
      try {
        const entry = await enter(...wish)
        if (!('codeFor' in entry)) total.add(1, { flow, outcome: 'ok' })
        return entry
      } catch (error) {
        const outcome = refusedAs(error)
        if (outcome) total.add(1, { flow, outcome })
        throw error
      }
    }
  return {
    login: counted('login', use.login),
    register: counted('register', use.register),
    signIn: counted('page', use.signIn),
    signInWithCode: counted('page', use.signInWithCode),
  }
}

/** What the token endpoint answers, by what was asked for. */
export const countTokens = (): ((end: TokenEnd) => void) => {
  const total = counter('micromart_oauth_tokens_total')
  return (end) => total.add(1, end)
}

/** The mails with their ends counted; `given_up` is one that its owner waits for in vain. */
export const countedMails = (mails: Mails): Mails => {
  const total = counter('micromart_mails_total')
  return {
    ...mails,
    end: async (mail, outcome, at) => {
      await mails.end(mail, outcome, at)
      total.add(1, { kind: mail.kind, outcome })
    },
  }
}

/** How many passwords wait to be hashed. */
export const watchHashes = (waiting: () => number): Disposable =>
  observe('micromart_password_hashes_waiting', (tell) => tell(waiting()))
