import { randomUUID } from 'node:crypto'
import { type Role, scopes, scopesOf } from '@micromart/kernel'
import type { Asks } from './operations.ts'
import { call } from './shop.ts'
import { loginAs, newMember } from './shopper.ts'
import { issuerOf, shopSigner } from './signing.ts'

/** Who calls: the shopper whose things are asked for, everybody else, and nobody. */
export const callerKinds = [
  'anonymous',
  'other owner',
  'support',
  'merchandiser',
  'operator',
  'admin',
  'machine',
  'expired',
  'owner',
] as const

export type CallerKind = (typeof callerKinds)[number]

export type Caller = {
  readonly kind: CallerKind
  readonly id: string
  readonly token: string | undefined
  readonly scopes: readonly string[]
}

const own: ReadonlySet<string> = new Set(scopesOf(['customer']))

/** How a request ends before anybody looks at what it asks for; `in` is let in. */
export type Decision = 'in' | '401 authentication_required' | '401 token' | '403'

/** What the table of permissions says about a caller. */
export const decisionFor = (asks: Asks, { kind, scopes: held }: Caller): Decision => {
  if (asks.kind === 'none') return 'in'
  if (kind === 'expired') return '401 token'
  if (kind === 'anonymous') return asks.kind === 'optional' ? 'in' : '401 authentication_required'
  if (kind === 'machine' && own.has(asks.scope)) return '403'
  return held.includes(asks.scope) ? 'in' : '403'
}

const decisions: Readonly<Record<string, Decision>> = {
  authentication_required: '401 authentication_required',
  token_invalid: '401 token',
  token_expired: '401 token',
  scope_missing: '403',
  user_required: '403',
}

/** The decision that an answer's code tells; every other code is of somebody who was let in. */
export const decisionOf = (code: unknown): Decision => decisions[String(code)] ?? 'in'

type Account = { readonly id: string; readonly roles: readonly string[] }

const idOf = async (token: string): Promise<string> =>
  (await call<Account>('GET', '/v1/me', { token })).body.id

/** Sets an account's roles, as an administrator does. */
const setRoles = async (admin: string, id: string, roles: readonly string[]): Promise<void> => {
  const url = `/v1/admin/users/${id}`
  const etag = (await call('GET', url, { token: admin })).headers.get('etag') ?? ''
  const headers = { 'if-match': etag }
  const { status, text } = await call('PUT', `${url}/roles`, {
    token: admin,
    headers,
    body: { roles },
  })
  if (status !== 200) throw new Error(`roles: ${status} ${text}`)
}

/** A new account with exactly this role, a token of it, and one more session. */
const hire = async (admin: string, kind: CallerKind, role: Role): Promise<Caller> => {
  const { email, password, token: first } = await newMember()
  const id = await idOf(first)
  if (role !== 'customer') await setRoles(admin, id, [role])
  const { body } = await call<{ accessToken: string }>('POST', '/v1/auth/login', {
    body: { email, password },
  })
  return { kind, id, token: body.accessToken, scopes: scopesOf([role]) }
}

export type Callers = Readonly<Record<CallerKind, Caller>>

/** One of each kind. Machines and tokens that have ended are signed with the shop's own key. */
export const allCallers = async (): Promise<Callers> => {
  const admin = await loginAs('admin')
  const sign = await shopSigner(issuerOf(admin))
  const owner = await hire(admin, 'owner', 'customer')
  const clientId = `client-${randomUUID().slice(0, 8)}`
  const every = scopes.join(' ')
  const now = Math.floor(Date.now() / 1_000)
  const ended = { iat: now - 400, exp: now - 100 }
  return {
    anonymous: { kind: 'anonymous', id: '', token: undefined, scopes: [] },
    'other owner': await hire(admin, 'other owner', 'customer'),
    support: await hire(admin, 'support', 'support'),
    merchandiser: await hire(admin, 'merchandiser', 'merchandiser'),
    operator: await hire(admin, 'operator', 'operator'),
    admin: await hire(admin, 'admin', 'admin'),
    machine: {
      kind: 'machine',
      id: clientId,
      token: sign({ sub: clientId, client_id: clientId, scope: every }),
      scopes,
    },
    expired: {
      kind: 'expired',
      id: owner.id,
      token: sign({ sub: owner.id, scope: every, roles: ['admin'], ...ended }),
      scopes: [],
    },
    owner,
  }
}
