import type { LabelsOf } from '@micromart/contracts/telemetry'
import type { Log } from '@micromart/kernel'
import type { errors, KoaContextWithOIDC, Provider } from 'oidc-provider'

/** How a request at the token endpoint ended. */
export type TokenEnd = LabelsOf<'micromart_oauth_tokens_total'>

export type TokenNoteDeps = {
  readonly log: Log
  readonly count: (end: TokenEnd) => void
}

const grants = ['authorization_code', 'refresh_token', 'client_credentials'] as const
const refusals = ['invalid_grant', 'invalid_client', 'invalid_scope', 'invalid_request'] as const

const listed = <Text extends string>(list: readonly Text[], text: unknown): Text | 'other' =>
  list.find((known) => known === text) ?? 'other'

/** A code or a refresh token that comes again: somebody else has it, too. */
const isReuse = ({ error_detail: detail = '' }: errors.OIDCProviderError): boolean =>
  /already (?:used|consumed)$/.test(detail)

/** Counts who gets tokens and who does not, and writes down the latter. */
export const noteTokens = (provider: Provider, { log, count }: TokenNoteDeps): void => {
  const grantOf = ({ oidc }: KoaContextWithOIDC) => listed(grants, oidc.params?.['grant_type'])
  const ended = new WeakMap<KoaContextWithOIDC, string>()
  provider.on('grant.revoked', (ctx: KoaContextWithOIDC, sessionId: string) => {
    ended.set(ctx, sessionId)
  })
  provider.on('grant.success', (ctx: KoaContextWithOIDC) => {
    count({ grant: grantOf(ctx), outcome: 'ok' })
  })
  provider.on('grant.error', (ctx: KoaContextWithOIDC, error) => {
    const [grant, isReused] = [grantOf(ctx), isReuse(error)]
    const outcome = isReused ? 'reused' : listed(refusals, error.error)
    count({ grant, outcome })
    const { client, account } = ctx.oidc
    const who = { clientId: client?.clientId, userId: account?.accountId }
    const event = isReused ? 'oauth.reused' : 'oauth.refused'
    log.warn({ event, ...who, sessionId: ended.get(ctx), grant, outcome }, 'no token given')
  })
}
