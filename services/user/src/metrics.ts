import { counter, type LabelsOf, observe } from '@micromart/contracts/telemetry'
import { refusedAs } from './model/errors.ts'
import type { Sessions } from './model/ports.ts'
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

/** The ways in, counted by how they end. */
export const countedEntrances = ({
  login,
  register,
}: Pick<UseCases, 'login' | 'register'>): Pick<UseCases, 'login' | 'register'> => {
  const total = counter('micromart_auth_attempts_total')
  const counted =
    <Wish, Entry>(flow: Flow, enter: (wish: Wish) => Promise<Entry>) =>
    async (wish: Wish): Promise<Entry> => {
      try {
        const entry = await enter(wish)
        total.add(1, { flow, outcome: 'ok' })
        return entry
      } catch (error) {
        const outcome = refusedAs(error)
        if (outcome) total.add(1, { flow, outcome })
        throw error
      }
    }
  return { login: counted('login', login), register: counted('register', register) }
}

/** How many passwords wait to be hashed. */
export const watchHashes = (waiting: () => number): Disposable =>
  observe('micromart_password_hashes_waiting', (tell) => tell(waiting()))
