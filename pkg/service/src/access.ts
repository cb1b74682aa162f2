import type { Access } from '@micromart/contracts'
import { DomainError } from '@micromart/kernel'
import { anonymous, type Caller } from './caller.ts'
import type { TokenVerifier } from './token-verifier.ts'

const withScope = (caller: Caller, scope: string | undefined): Caller => {
  if (scope === undefined) return caller
  if (caller.kind === 'user' && caller.scopes.includes(scope)) return caller
  throw new DomainError('forbidden', 'scope_missing', { scope })
}

/**
 * Enforces an RPC's mark. Public and service RPCs don't look at the token; one sent with a capability must be good.
 * @param access undefined for an RPC without a mark, which nobody may call
 * @throws DomainError unauthenticated `authentication_required`, `token_invalid`, `token_expired`; forbidden `scope_missing`, `rpc_not_marked`
 */
export const callerFor = async (
  access: Access | undefined,
  token: string | undefined,
  verifier: TokenVerifier,
): Promise<Caller> => {
  if (!access) throw new DomainError('forbidden', 'rpc_not_marked')
  const { kind, scope } = access
  if (kind === 'public' || kind === 'service') return anonymous
  if (token !== undefined) return withScope(await verifier.verify(token), scope)
  if (kind === 'capability') return anonymous
  throw new DomainError('unauthenticated', 'authentication_required')
}
