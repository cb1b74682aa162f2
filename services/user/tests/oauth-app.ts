import { createHash, randomBytes } from 'node:crypto'
import type { ClientMetadata, OAuthServiceService } from '@micromart/contracts/user'
import type { RpcClient } from '@micromart/dapr'
import { type Browser, browser, type Exchange, type Visit } from '@micromart/testing'
import { issuer, type startForTest } from './start-for-test.ts'

type User = Awaited<ReturnType<typeof startForTest>>
type Member = Awaited<ReturnType<User['join']>>
type Fields = Readonly<Record<string, string>>

/** HTTP as the gateway carries it: in one RPC. */
export const exchangeWith =
  (oauth: RpcClient<typeof OAuthServiceService>): Exchange =>
  async ({ method, url, headers, body = '' }) => {
    const answer = await oauth.serve({
      method,
      target: `${url.pathname}${url.search}`,
      headers: Object.entries(headers).map(([name, value]) => ({ name, value })),
      body: Buffer.from(body),
      device: { userAgent: 'Testbrowser/1.0', address: '192.0.2.0/24' },
    })
    const pairs = answer.headers.map(({ name, value }) => [name, value] as const)
    return { status: answer.status, headers: pairs, body: answer.body.toString() }
  }

export const callback = 'https://app.example/callback'

const web: ClientMetadata = {
  clientName: 'Price Watch',
  applicationType: 'web',
  tokenEndpointAuthMethod: 'client_secret_basic',
  grantTypes: ['authorization_code', 'refresh_token'],
  redirectUris: [callback],
  postLogoutRedirectUris: ['https://app.example/bye'],
  scopes: ['openid', 'profile', 'email', 'offline_access', 'account', 'cart', 'orders'],
  jwks: '',
  clientUri: 'https://app.example',
  introspects: false,
}

export const spa: Partial<ClientMetadata> = { tokenEndpointAuthMethod: 'none' }
export const machine: Partial<ClientMetadata> = {
  grantTypes: ['client_credentials'],
  redirectUris: [],
  postLogoutRedirectUris: [],
  scopes: ['catalog:write', 'orders:read'],
}

/** A client, registered by an admin. */
export type App = { readonly id: string; readonly secret: string | undefined }

/** Registers clients as an admin does. */
export const registrar = async (user: User) => {
  const { accessToken } = await user.hire('admin')
  const rpc = user.clients.as({ token: accessToken })
  return {
    rpc,
    register: async (of: Partial<ClientMetadata> = {}): Promise<App> => {
      const { client, secret } = await rpc.addClient({ metadata: { ...web, ...of } })
      return { id: client?.id ?? '', secret }
    },
  }
}

export type Pkce = { readonly verifier: string; readonly challenge: string }

export const pkce = (): Pkce => {
  const verifier = randomBytes(32).toString('base64url')
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') }
}

/** The address that an application sends its user to. */
export const authorizeUrl = (app: App, { challenge }: Pkce, of: Fields = {}): URL => {
  const url = new URL('/oauth2/authorize', issuer)
  const params = {
    client_id: app.id,
    response_type: 'code',
    redirect_uri: callback,
    scope: 'openid profile orders offline_access',
    state: 'a-state',
    nonce: 'a-nonce',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...of,
  }
  for (const [name, value] of Object.entries(params)) {
    if (value !== '') url.searchParams.set(name, value)
  }
  return url
}

/** What an endpoint for programs answers. */
export type Answer = {
  readonly status: number
  readonly header: (name: string) => string | undefined
  readonly json: Readonly<Record<string, unknown>>
}

/** Asks the endpoints as applications do. */
export const programFor = (user: User) => {
  const exchange = exchangeWith(user.oauth)
  const ask = async (...[request]: Parameters<Exchange>): Promise<Answer> => {
    const { status, headers, body } = await exchange(request)
    const pairs = [...headers]
    return {
      status,
      header: (wanted) => pairs.find(([name]) => name === wanted)?.[1],
      json: body.startsWith('{') ? (JSON.parse(body) as Answer['json']) : {},
    }
  }
  const basic = ({ id, secret }: App): Fields =>
    secret === undefined
      ? {}
      : { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` }

  /** Posts a form, with the client's secret where it has one and its bare id where it has none. */
  const post = (path: string, app: App, form: Fields): Promise<Answer> => {
    const own = app.secret === undefined ? { client_id: app.id } : {}
    return ask({
      method: 'POST',
      url: new URL(path, issuer),
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...basic(app) },
      body: new URLSearchParams({ ...own, ...form }).toString(),
    })
  }
  const get = (path: string, headers: Fields = {}) =>
    ask({ method: 'GET', url: new URL(path, issuer), headers })

  return {
    post,
    get,
    exchange: (app: App, code: string, { verifier }: Pkce, of: Fields = {}) =>
      post('/oauth2/token', app, {
        grant_type: 'authorization_code',
        code,
        redirect_uri: callback,
        code_verifier: verifier,
        ...of,
      }),
    refresh: (app: App, refreshToken: unknown, of: Fields = {}) =>
      post('/oauth2/token', app, {
        grant_type: 'refresh_token',
        refresh_token: String(refreshToken),
        ...of,
      }),
  }
}

export const browserFor = (user: Pick<User, 'oauth'>): Browser =>
  browser(issuer, exchangeWith(user.oauth))

/** Signs in on the page that is open. */
export const signIn = (
  of: Browser,
  page: Visit,
  { email, password }: Pick<Member, 'email' | 'password'>,
) => of.press(page, 'Sign in', { email, password })

/** The whole way of somebody through the pages; back comes what the application gets. */
export const authorized = async (user: User, app: App, member: Member, of: Fields = {}) => {
  const [own, proof] = [browserFor(user), pkce()]
  const asked = await own.open(authorizeUrl(app, proof, of))
  const back = await own.press(await signIn(own, asked, member), 'Allow')
  const code = back.url.searchParams.get('code') ?? ''
  return { code, back, proof, browser: own }
}

/** Everything until an application has its tokens. */
export const connected = async (user: User, app: App, member: Member, of: Fields = {}) => {
  const way = await authorized(user, app, member, of)
  const { status, json } = await programFor(user).exchange(app, way.code, way.proof)
  if (status !== 200) throw new Error(`${String(status)} ${JSON.stringify(json)}`)
  const texts = json as Record<'access_token' | 'refresh_token' | 'id_token', string>
  return { ...way, ...texts, answer: json }
}
