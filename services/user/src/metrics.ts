import { apps } from '@micromart/contracts'
import { metrics } from '@opentelemetry/api'
import { refusedAs } from './model/errors.ts'
import type { Mails } from './model/mail-ports.ts'
import type { Sessions } from './model/ports.ts'
import type { TokenEnd } from './oauth/token-notes.ts'
import type { UseCases } from './usecase/index.ts'

/** Logins, registrations and refreshes by how they ended; labels are bounded. */
const attempts = () =>
  metrics.getMeter(`@micromart/${apps.user}`).createCounter('micromart_auth_attempts_total', {
    description: 'Logins, registrations and refreshes, by outcome',
  })

/** The sessions with their rotations counted: a token that was used before is `reused`. */
export const countedSessions = (sessions: Sessions): Sessions => {
  const total = attempts()
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
  const total = attempts()
  const counted =
    <Wish extends unknown[], Entry extends object>(
      flow: string,
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
  const total = metrics
    .getMeter(`@micromart/${apps.user}`)
    .createCounter('micromart_oauth_tokens_total', {
      description: 'Requests for OAuth tokens, by grant type and outcome',
    })
  return (end) => total.add(1, end)
}

/** The mails with their ends counted; `given_up` is one that its owner waits for in vain. */
export const countedMails = (mails: Mails): Mails => {
  const total = metrics
    .getMeter(`@micromart/${apps.user}`)
    .createCounter('micromart_mails_total', { description: 'Mails by kind and how they ended' })
  return {
    ...mails,
    end: async (mail, outcome, at) => {
      await mails.end(mail, outcome, at)
      total.add(1, { kind: mail.kind, outcome })
    },
  }
}
