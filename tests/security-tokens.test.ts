import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createHmac, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tokenAudience } from '@micromart/contracts'
import { CartServiceService } from '@micromart/contracts/cart'
import { OrderServiceService } from '@micromart/contracts/order'
import { UserServiceService } from '@micromart/contracts/user'
import { callAs } from './support/rpcs.ts'
import { call } from './support/shop.ts'
import { newMember } from './support/shopper.ts'
import { issuerOf, type ShopKey, shopKey } from './support/signing.ts'

type Parts = Readonly<Record<string, unknown>>
type Forged = { readonly header?: Parts; readonly claims?: Parts }

const encoded = (value: object | Buffer): string =>
  (Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value))).toString('base64url')

const own = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const wide = generateKeyPairSync('ec', { namedCurve: 'P-384' })
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const edwards = generateKeyPairSync('ed25519')

let real: ShopKey
let member: { readonly id: string; readonly token: string }
let listener: Server
const asked: (string | undefined)[] = []

beforeAll(async () => {
  real = await shopKey()
  const { token } = await newMember()
  const { body } = await call<{ id: string }>('GET', '/v1/me', { token })
  member = { id: body.id, token }
  listener = createServer(({ url }, response) => {
    asked.push(url)
    const keys = [{ ...own.publicKey.export({ format: 'jwk' }), kid: 'mine', alg: 'ES256' }]
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }))
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
})
afterAll(() => new Promise((resolve) => listener.close(resolve)))

const here = () => `http://127.0.0.1:${(listener.address() as AddressInfo).port}`
const now = () => Math.floor(Date.now() / 1_000)

/** What stands before the signature: as the shop would write it, but for the changes. A change to undefined takes a part out. */
const unsigned = ({ header = {}, claims = {} }: Forged): string => {
  const times = { iat: now(), exp: now() + 300, jti: randomUUID() }
  const who = { sub: member.id, scope: 'account cart orders', roles: ['customer'] }
  const whole = { iss: issuerOf(member.token), aud: tokenAudience, ...times, ...who, ...claims }
  return `${encoded({ alg: 'ES256', typ: 'at+jwt', kid: real.kid, ...header })}.${encoded(whole)}`
}

const signedBy = (key: KeyObject, of: Forged, hash = 'sha256'): string => {
  const text = unsigned(of)
  const how = { key, dsaEncoding: 'ieee-p1363' } as const
  return `${text}.${encoded(sign(hash === 'none' ? null : hash, Buffer.from(text), how))}`
}

/** Signed with the shop's own key: nothing but what is changed can be wrong with it. */
const ours = (of: Forged = {}) => signedBy(real.key, of)

const withMac = (secret: string | Buffer): string => {
  const text = unsigned({ header: { alg: 'HS256' } })
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
}

const altered = (
  change: (parts: readonly [string, string, string]) => readonly string[],
): string => {
  const [header = '', payload = '', signature = ''] = member.token.split('.')
  return change([header, payload, signature]).join('.')
}

const changed = (part: string, changes: Parts): string =>
  encoded({ ...(JSON.parse(Buffer.from(part, 'base64url').toString()) as object), ...changes })

const publicOf = (format: 'pem' | 'der') => real.publicKey.export({ type: 'spki', format } as never)

const publicJwk = () => ({ ...own.publicKey.export({ format: 'jwk' }), kid: 'mine' })

const attacks: readonly (readonly [string, () => string])[] = [
  ...['none', 'None', 'NONE', ''].map(
    (alg) => [`S23 alg ${JSON.stringify(alg)}`, () => `${unsigned({ header: { alg } })}.`] as const,
  ),
  [
    'S23 alg none, with the signature of another token',
    () => altered(([, payload, signature]) => [encoded({ alg: 'none' }), payload, signature]),
  ],
  ['S23 the public key as a secret, as PEM', () => withMac(publicOf('pem'))],
  ['S23 the public key as a secret, as DER', () => withMac(publicOf('der'))],
  [
    'S23 the public key as a secret, as JWK',
    () => withMac(JSON.stringify(real.publicKey.export({ format: 'jwk' }))),
  ],
  ['S23 an empty secret', () => withMac('')],
  [
    'S23 P-384 under ES384',
    () => signedBy(wide.privateKey, { header: { alg: 'ES384' } }, 'sha384'),
  ],
  ['S23 P-384 under ES256', () => signedBy(wide.privateKey, {})],
  ['S23 RSA under RS256', () => signedBy(rsa.privateKey, { header: { alg: 'RS256' } })],
  [
    'S23 Ed25519 under EdDSA',
    () => signedBy(edwards.privateKey, { header: { alg: 'EdDSA' } }, 'none'),
  ],
  ['S23 another key of the right curve', () => signedBy(own.privateKey, {})],
  ['S23 a signature of zeros', () => `${unsigned({})}.${encoded(Buffer.alloc(64))}`],
  ['S23 no signature', () => `${unsigned({})}.`],
  [
    'S23 a signature as DER',
    () => {
      const text = unsigned({})
      return `${text}.${encoded(sign('sha256', Buffer.from(text), real.key))}`
    },
  ],
  [
    'S23 a signature cut short',
    () => altered(([header, payload, signature]) => [header, payload, signature.slice(0, -4)]),
  ],
  [
    'S23 another subject',
    () =>
      altered(([header, payload, signature]) => [
        header,
        changed(payload, { sub: randomUUID() }),
        signature,
      ]),
  ],
  [
    'S23 more rights',
    () =>
      altered(([header, payload, signature]) => [
        header,
        changed(payload, { roles: ['admin'], scope: 'users:write ops' }),
        signature,
      ]),
  ],
  [
    'S23 another header',
    () =>
      altered(([header, payload, signature]) => [changed(header, { x: 1 }), payload, signature]),
  ],
  ['S23 a fourth part', () => `${member.token}.${member.token.split('.')[2]}`],
  ['S23 a header that must be understood', () => ours({ header: { crit: ['exp'], b64: false } })],
  ...['../../../../dev/null', "x' UNION SELECT 'a", '', 'nobody', 0].map(
    (kid) =>
      [
        `S24 kid ${JSON.stringify(kid)}`,
        () => signedBy(own.privateKey, { header: { kid } }),
      ] as const,
  ),
  ['S24 jku', () => signedBy(own.privateKey, { header: { kid: 'mine', jku: `${here()}/jku` } })],
  ['S24 x5u', () => signedBy(own.privateKey, { header: { kid: 'mine', x5u: `${here()}/x5u` } })],
  ['S24 jwk', () => signedBy(own.privateKey, { header: { kid: 'mine', jwk: publicJwk() } })],
  ['S24 jwk under our kid', () => signedBy(own.privateKey, { header: { jwk: publicJwk() } })],
  [
    'S24 x5c',
    () =>
      signedBy(own.privateKey, {
        header: { x5c: [encoded(own.publicKey.export({ type: 'spki', format: 'der' }))] },
      }),
  ],
  ...['JWT', 'at+jwt ', 'erasure-receipt+jwt', 'id_token', undefined].map(
    (typ) => [`S25 typ ${JSON.stringify(typ)}`, () => ours({ header: { typ } })] as const,
  ),
  ['S26 another issuer', () => ours({ claims: { iss: here() } })],
  ['S26 another audience', () => ours({ claims: { aud: 'other' } })],
  ...['iss', 'aud', 'exp', 'iat', 'sub', 'jti', 'scope'].map(
    (name) => [`S26 no ${name}`, () => ours({ claims: { [name]: undefined } })] as const,
  ),
  ['S26 a time of issue to come', () => ours({ claims: { iat: now() + 120, exp: now() + 400 } })],
  ['S26 a beginning to come', () => ours({ claims: { nbf: now() + 120 } })],
  ['S26 an end that is a text', () => ours({ claims: { exp: '9999999999' } })],
  ['S22 S26 ended', () => ours({ claims: { iat: now() - 301, exp: now() - 1 } })],
  [
    'S22 S26 older than five minutes, whatever its end',
    () => ours({ claims: { iat: now() - 301, exp: now() + 3_600 } }),
  ],
]

const routes = ['/v1/me', '/v1/orders', '/v1/cart'] // a cart is open to guests, and no forger is one
const rpcs = [
  { app: 'user', ...UserServiceService.getMe },
  { app: 'order', ...OrderServiceService.listOrders },
  { app: 'cart', ...CartServiceService.getCart },
] as const

const byGateway = (token: string) =>
  Promise.all(
    routes.map(async (url) => {
      const { status, body } = await call<{ code?: string }>('GET', url, { token })
      return `${status} ${body.code ?? ''}`
    }),
  )

/** As a gateway that was taken over would: through its sidecar, with the token in its hand. */
const byServices = (token: string) =>
  Promise.all(
    rpcs.map(async (rpc) => {
      const { code, details } = await callAs('gateway', rpc, undefined, token)
      return `${code} ${details}`
    }),
  )

describe('a token', () => {
  it('of the shop’s own making opens the gateway and the services behind it', async () => {
    expect(await byGateway(ours())).toEqual(['200 ', '200 ', '200 '])
    expect(await byServices(ours())).toEqual(['OK ', 'OK ', 'OK '])
  })

  it.each(attacks)(
    '%s is refused at the gateway, and by services that a gateway passes it on to',
    async (name, forged) => {
      const code = name.includes('S22') ? 'token_expired' : 'token_invalid'
      const token = forged()
      expect(await byGateway(token)).toEqual(routes.map(() => '401 token_invalid'))
      expect(await byServices(token)).toEqual(rpcs.map(() => `UNAUTHENTICATED ${code}`))
    },
  )

  it('S24 never has anybody fetch a key from where it says', () => {
    expect(asked).toEqual([])
  })
})
