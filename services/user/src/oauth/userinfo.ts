import type { TokenVerifier } from '@micromart/service'
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { Ports } from '../model/ports.ts'
import { claimsOf } from './account.ts'
import { goodToken } from './access-token.ts'
import { paths } from './names.ts'

type Deps = Pick<Ports, 'accounts'> & { readonly verifier: TokenVerifier }

const realm = 'Bearer realm="micromart"'

/** RFC 6750 3: what the challenge says is what the body says. */
const refuse = (ctx: KoaContextWithOIDC, status: number, error?: string): void => {
  ctx.status = status
  ctx.set('www-authenticate', error === undefined ? realm : `${realm}, error="${error}"`)
  ctx.body = error === undefined ? {} : { error }
}

/**
 * The userinfo endpoint (OpenID Connect Core 5.3) for the shop's signed access tokens; the library's own takes opaque ones only.
 * It tells what the token's scopes say that somebody has consented to.
 */
export const userinfo =
  ({ accounts, verifier }: Deps) =>
  async (ctx: KoaContextWithOIDC, next: () => Promise<unknown>): Promise<unknown> => {
    if (ctx.path !== paths.userinfo) return next()
    ctx.set('cache-control', 'no-store')
    const [, bearer] = /^Bearer +(\S+)$/i.exec(ctx.get('authorization')) ?? []
    if (bearer === undefined) return refuse(ctx, 401)
    const token = await goodToken(verifier, bearer)
    if (token?.caller.kind !== 'user') return refuse(ctx, 401, 'invalid_token')
    const { id, scopes } = token.caller
    if (!scopes.includes('openid')) return refuse(ctx, 403, 'insufficient_scope')
    const account = await accounts.byId(id)
    if (!account) return refuse(ctx, 401, 'invalid_token')
    ctx.body = claimsOf(account, scopes)
    return undefined
  }
