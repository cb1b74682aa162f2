import type { TokenVerifier } from '@micromart/service'
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { OAuthPorts } from '../model/oauth-ports.ts'
import { scopesForMachine, scopesForUser, scopesIn } from '../model/oauth-scopes.ts'
import type { Ports } from '../model/ports.ts'
import type { RightsOf } from './account.ts'
import { type GoodToken, goodToken } from './access-token.ts'
import { introspectsName } from './client-metadata.ts'

export type IntrospectionDeps = Pick<Ports, 'accounts' | 'clock'> &
  Pick<OAuthPorts, 'clients' | 'grants'> & {
    readonly verifier: TokenVerifier
    readonly rightsOf: RightsOf
  }

const inactive = { active: false }

/** What is left of a token's scopes now; undefined when whoever it speaks for has gone. */
const scopesNow = async (
  { accounts, clients, grants, rightsOf, clock }: IntrospectionDeps,
  { caller }: GoodToken,
): Promise<readonly string[] | undefined> => {
  const held = scopesIn(caller.scopes.join(' '))
  if (caller.kind === 'machine') {
    const client = await clients.one(caller.id)
    return client && scopesForMachine(client.scopes).filter((scope) => held.includes(scope))
  }
  const account = await accounts.byId(caller.id)
  const { sessionId } = caller
  const lives = sessionId !== undefined && (await grants.lives(sessionId, clock.now()))
  return account && lives ? scopesForUser(held, rightsOf(account).scopes) : undefined
}

const description = ({ claims }: GoodToken, scopes: readonly string[]) => {
  const { iss, sub, aud, exp, iat, jti, client_id } = claims
  const scope = scopes.join(' ')
  return { active: true, token_type: 'Bearer', iss, sub, aud, client_id, scope, exp, iat, jti }
}

const introspect = async (deps: IntrospectionDeps, { oidc }: KoaContextWithOIDC) => {
  const token = await goodToken(deps.verifier, String(oidc.params?.['token']))
  const { client } = oidc
  const isOwn = token?.claims['client_id'] === client?.clientId
  if (!token || !(isOwn || client?.[introspectsName] === true)) return inactive
  const scopes = await scopesNow(deps, token)
  return scopes ? description(token, scopes) : inactive
}

/**
 * Signed tokens speak for themselves, and the library introspects none of them. Here they are: with what has changed since they were
 * signed, which they cannot tell themselves (RFC 7662 2.2). The library has asked the client who it is by then; one that cannot prove
 * it learns nothing.
 */
export const introspection =
  (deps: IntrospectionDeps) =>
  async (ctx: KoaContextWithOIDC, next: () => Promise<unknown>): Promise<void> => {
    await next()
    if (ctx.oidc?.route !== 'introspection') return
    const { error } = ctx.body as { readonly error?: string }
    const isPublic = ctx.oidc.client?.clientAuthMethod === 'none'
    if (isPublic && (ctx.status === 200 || error === 'unsupported_token_type')) {
      ctx.status = 401
      ctx.body = { error: 'invalid_client', error_description: 'client authentication failed' }
    } else if (error === 'unsupported_token_type') {
      ctx.status = 200
      ctx.body = await introspect(deps, ctx)
    }
  }
