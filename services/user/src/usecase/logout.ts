import type { Ports } from '../model/ports.ts'

type Deps = Pick<Ports, 'sessions' | 'secrets' | 'clock'>

/** Ends the session of a refresh token; an unknown one is fine (RFC 7009, 2.2). */
export const logout =
  ({ sessions, secrets, clock }: Deps) =>
  (token: string): Promise<void> =>
    sessions.end(secrets.digest(token), clock.now())
