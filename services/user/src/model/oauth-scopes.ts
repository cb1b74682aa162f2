import { identityScopes, isOwnScope, type Scope, scopes } from '@micromart/kernel'

export type OAuthScope = Scope | (typeof identityScopes)[number]

/** All that a client may be registered for, in the order in which they are told. */
export const oauthScopes: readonly OAuthScope[] = [...identityScopes, ...scopes]

export const isOAuthScope = (text: string): text is OAuthScope =>
  (oauthScopes as readonly string[]).includes(text)

/** Those of a text such as `openid orders`, each once, in the table's order; unknown ones are left out. */
export const scopesIn = (text: string): readonly OAuthScope[] => {
  const asked = new Set(text.split(' '))
  return oauthScopes.filter((scope) => asked.has(scope))
}

const isIdentity = (scope: OAuthScope): boolean =>
  (identityScopes as readonly string[]).includes(scope)

/** What a client may do for somebody who has these scopes now, if he lets it: nobody gives away more than he has. */
export const scopesForUser = (
  client: readonly OAuthScope[],
  held: readonly Scope[],
): readonly OAuthScope[] =>
  client.filter((scope) => isIdentity(scope) || (held as readonly string[]).includes(scope))

/** What a client may do by itself: nothing that needs an owner. */
export const scopesForMachine = (client: readonly OAuthScope[]): readonly OAuthScope[] =>
  client.filter((scope) => !isIdentity(scope) && !isOwnScope(scope))
