import type { Ports } from '../model/ports.ts'
import type { UsedSession } from '../model/session.ts'

type Deps = Pick<Ports, 'sessions' | 'clock'>

/** One's sessions that go on, the last used first. */
export const listSessions =
  ({ sessions, clock }: Deps) =>
  (callerId: string): Promise<readonly UsedSession[]> =>
    sessions.living(callerId, clock.now())
