/** What a token may be used for. Routes and RPCs ask for scopes, never for roles. */
export const scopes = [
  'account',
  'cart',
  'orders',
  'catalog:write',
  'stock:write',
  'orders:read',
  'orders:refund',
  'orders:ship',
  'users:read',
  'users:write',
  'clients:write',
  'ops',
] as const

export type Scope = (typeof scopes)[number]

/** Who somebody is, for OAuth clients that he lets know (OpenID Connect Core 5.4 and 11). They open no route. */
export const identityScopes = ['openid', 'profile', 'email', 'offline_access'] as const

/** Of what belongs to the user behind a token: account, cart, orders. A machine has none of it. */
const ownScopes = ['account', 'cart', 'orders'] as const satisfies readonly Scope[]

/** Whether a scope is about the caller's own things; all others are the staff's. */
export const isOwnScope = (scope: string): boolean =>
  (ownScopes as readonly string[]).includes(scope)

export const roles = ['customer', 'support', 'merchandiser', 'operator', 'admin'] as const

export type Role = (typeof roles)[number]

const scopesByRole: Readonly<Record<Role, readonly Scope[]>> = {
  customer: ownScopes,
  support: ['orders:read', 'orders:refund', 'users:read'],
  merchandiser: ['catalog:write', 'stock:write'],
  operator: ['ops', 'orders:read'],
  admin: scopes,
}

export const isRole = (text: string): text is Role => (roles as readonly string[]).includes(text)

/** The scopes of all roles together, in the table's order, each once. Unknown roles give none. */
export const scopesOf = (held: readonly string[]): readonly Scope[] => {
  const granted = new Set(held.filter(isRole).flatMap((role) => scopesByRole[role]))
  return scopes.filter((scope) => granted.has(scope))
}
