import type { Access } from '@micromart/contracts'
import { DomainError, isOwnScope } from '@micromart/kernel'
import { anonymous, type Caller } from './caller.ts'
import type { TokenVerifier } from './token-verifier.ts'

/**
 * Why a caller may not do what asks for a scope: `user_required` when it is about own things and no user is behind the
 * token, `scope_missing` when the token does not hold it.
 * @returns undefined when the caller may
 */
export const scopeRefusal = (
  caller: Caller,
  scope: string,
): 'scope_missing' | 'user_required' | undefined => {
  if (caller.kind === 'machine' && isOwnScope(scope)) return 'user_required'
  return caller.kind !== 'anonymous' && caller.scopes.includes(scope) ? undefined : 'scope_missing'
}

const withScope = (caller: Caller, scope: string | undefined): Caller => {
  const code = scope === undefined ? undefined : scopeRefusal(caller, scope)
  if (scope === undefined || code === undefined) return caller
  throw new DomainError('forbidden', code, { scope })
}

/**
 * Enforces an RPC's mark. Public and service RPCs don't look at the token; one sent with a capability must be good.
 * @param access undefined for an RPC without a mark, which nobody may call
 * @throws DomainError unauthenticated `authentication_required`, `token_invalid`, `token_expired`; forbidden `scope_missing`, `user_required`, `rpc_not_marked`
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
