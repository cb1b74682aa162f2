import type { KoaContextWithOIDC } from 'oidc-provider'
import { paths } from './names.ts'

/** The library tells of a response mode that the shop does not have (RFC 8414). */
export const metadata = async (
  ctx: KoaContextWithOIDC,
  next: () => Promise<unknown>,
): Promise<void> => {
  await next()
  if (ctx.oidc?.route !== 'discovery' || ctx.status !== 200) return
  ctx.body = { ...(ctx.body as object), response_modes_supported: ['query', 'fragment'] }
}

/**
 * What may be used while nobody is there is always asked for: a client need not say so, as OpenID Connect Core 11 wants, to get a
 * refresh token.
 */
export const consentForOffline = (
  ctx: KoaContextWithOIDC,
  next: () => Promise<unknown>,
): Promise<unknown> => {
  const { scope, prompt } = ctx.query
  const isAsked = typeof scope === 'string' && scope.split(' ').includes('offline_access')
  if (ctx.path === paths.authorization && isAsked && (prompt === undefined || prompt === 'login')) {
    ctx.query = { ...ctx.query, prompt: [prompt, 'consent'].filter(Boolean).join(' ') }
  }
  return next()
}
