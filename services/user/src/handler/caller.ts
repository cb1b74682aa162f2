import { DomainError } from '@micromart/kernel'
import type { CallContext } from '@micromart/service'
import type { Actor } from '../model/role-change.ts'
import type { SessionActor } from '../model/session.ts'

/** The access mark has let users in only; this says so to the compiler. */
export const userOf = ({ caller }: CallContext): SessionActor => {
  if (caller.kind === 'user') return caller
  throw new DomainError('unauthenticated', 'authentication_required')
}

/** Who sets roles may be a client, too: without roles of its own it gives none. */
export const actorOf = ({ caller }: CallContext): Actor => {
  if (caller.kind !== 'anonymous') return caller
  throw new DomainError('unauthenticated', 'authentication_required')
}
