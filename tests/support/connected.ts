import { createHash, randomBytes } from 'node:crypto'
import { shopBrowser } from './pages.ts'
import { call, shop } from './shop.ts'

const redirectUri = 'https://app.example/callback'
const scopes = ['openid', 'profile', 'email', 'offline_access', 'account']

/** Sends a form to the authorization server, as programs do. */
export const form = (path: string, fields: Record<string, string>): Promise<Response> =>
  fetch(new URL(path, shop.gateway), { method: 'POST', body: new URLSearchParams(fields) })

const registered = async (admin: string, name: string): Promise<string> => {
  const body = {
    name,
    tokenEndpointAuthMethod: 'none',
    grantTypes: ['authorization_code', 'refresh_token'],
    redirectUris: [redirectUri],
    scopes,
  }
  const client = await call<{ id: string }>('POST', '/v1/admin/clients', { token: admin, body })
  if (client.status !== 201) throw new Error(`client: ${client.status} ${client.text}`)
  return client.body.id
}

type Member = {
  readonly email: string
  readonly password: string
  /** Of his second factor; it is used up. */
  readonly recoveryCode: string
  readonly userAgent: string
}

/**
 * Has somebody let a new application in, on the pages to sign in, and leaves another browser of his waiting for his code.
 * @param name what the application is called
 */
export const connected = async (admin: string, name: string, member: Member) => {
  const { email, password, recoveryCode, userAgent } = member
  const clientId = await registered(admin, name)
  const verifier = randomBytes(32).toString('base64url')
  const url = new URL('/oauth2/authorize', shop.gateway)
  url.search = new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: scopes.join(' '),
    login_hint: email,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }).toString()
  const [own, other] = [shopBrowser(userAgent), shopBrowser(userAgent)]
  await other.press(await other.open(url), 'Sign in', { email, password })
  const asked = await own.press(await own.open(url), 'Sign in', { email, password })
  const back = await own.press(await own.press(asked, 'Go on', { code: recoveryCode }), 'Allow')
  const code = back.url.searchParams.get('code') ?? ''
  const proof = { client_id: clientId, code, code_verifier: verifier, redirect_uri: redirectUri }
  const given = await form('/oauth2/token', { grant_type: 'authorization_code', ...proof })
  const tokens = (await given.json()) as Record<string, string>
  if (given.status !== 200) throw new Error(`tokens: ${given.status} ${JSON.stringify(tokens)}`)
  const secrets = {
    'authorization code': code,
    'access token of an application': tokens['access_token'] ?? 'none',
    'refresh token of an application': tokens['refresh_token'] ?? 'none',
    'ID token': tokens['id_token'] ?? 'none',
  }
  return { clientId, scopes, url, own, secrets }
}

export type Connected = Awaited<ReturnType<typeof connected>>
