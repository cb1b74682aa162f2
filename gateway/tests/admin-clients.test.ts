import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import type { OAuthClient } from '@micromart/contracts/user'
import { DomainError } from '@micromart/kernel'
import { expectDocumented } from './documented.ts'
import { startForTest, type TestGateway } from './start.ts'

const id = 'client-019a1f60-7d2c-7b3a-9c41-3f1d2a6b8c90'
const at = new Date('2026-01-31T12:00:00Z')

const client: OAuthClient = {
  id,
  version: 3n,
  metadata: {
    clientName: 'Price Watch',
    applicationType: 'web',
    tokenEndpointAuthMethod: 'private_key_jwt',
    grantTypes: ['authorization_code', 'refresh_token'],
    redirectUris: ['https://app.example/cb'],
    postLogoutRedirectUris: [],
    scopes: ['openid', 'orders'],
    jwks: '{"keys":[{"kty":"EC"}]}',
    clientUri: '',
    introspects: false,
  },
  createdAt: at,
  updatedAt: at,
}

const shown = {
  id,
  name: 'Price Watch',
  homePage: null,
  applicationType: 'web',
  tokenEndpointAuthMethod: 'private_key_jwt',
  grantTypes: ['authorization_code', 'refresh_token'],
  redirectUris: ['https://app.example/cb'],
  postLogoutRedirectUris: [],
  scopes: ['openid', 'orders'],
  jwks: { keys: [{ kty: 'EC' }] },
  introspection: false,
  createdAt: '2026-01-31T12:00:00.000Z',
  updatedAt: '2026-01-31T12:00:00.000Z',
}

describe('admin clients', () => {
  let shop: TestGateway
  const as = () => ({ Authorization: shop.token(['admin']) })
  const asked = (name: string) => shop.sidecar.recorded(name)[0]?.request

  beforeAll(async () => {
    shop = await startForTest()
    shop.sidecar.answer('user', 'ListClients', () => ({ items: [client], nextCursor: 'n' }))
    shop.sidecar.answer('user', 'GetClient', () => ({ client }))
    shop.sidecar.answer('user', 'AddClient', () => ({ client, secret: 's' }))
    shop.sidecar.answer('user', 'ChangeClient', () => ({ client }))
    shop.sidecar.answer('user', 'RotateClientSecret', () => ({ client, secret: 't' }))
  })
  afterEach(() => shop.sidecar.forget())
  afterAll(() => shop[Symbol.asyncDispose]())

  it('lists, reads and registers; a secret is told once', async () => {
    const list = await shop.http.get('/v1/admin/clients?limit=5').set(as())
    const read = await shop.http.get(`/v1/admin/clients/${id}`).set(as())
    const body = {
      name: 'Price Watch',
      scopes: ['openid'],
      redirectUris: ['https://app.example/cb'],
    }
    const added = await shop.http.post('/v1/admin/clients').set(as()).send(body)
    for (const response of [list, read, added]) expectDocumented(response)
    expect(list.body).toEqual({ items: [shown], nextCursor: 'n' })
    expect(read.body).toEqual(shown)
    expect(read.headers['etag']).toMatch(/^"v3-[\w-]{27}"$/)
    expect(added.status).toBe(201)
    expect(added.body).toEqual({ ...shown, secret: 's' })
    expect(added.headers['location']).toBe(`/v1/admin/clients/${id}`)
  })

  it('registers an application, a machine or a key by what is said of it', async () => {
    const registered = async (body: object) => {
      shop.sidecar.forget()
      shop.sidecar.answer('user', 'AddClient', () => ({ client, secret: 's' }))
      await shop.http.post('/v1/admin/clients').set(as()).send(body)
      const { metadata } = asked('user.AddClient') as { metadata: typeof client.metadata }
      return [metadata?.tokenEndpointAuthMethod, metadata?.grantTypes, metadata?.applicationType]
    }
    const code = ['authorization_code', 'refresh_token']
    const app = { name: 'A', scopes: ['openid'], redirectUris: ['https://app.example/cb'] }
    const machine = { name: 'A', scopes: ['orders:read'] }
    const jwks = { keys: [{ kty: 'EC' }] }
    expect(await registered(app)).toEqual(['client_secret_basic', code, 'web'])
    expect(await registered({ ...app, jwks })).toEqual(['private_key_jwt', code, 'web'])
    expect(
      await registered({ ...app, tokenEndpointAuthMethod: 'none', applicationType: 'native' }),
    ).toEqual(['none', code, 'native'])
    expect(await registered(machine)).toEqual([
      'client_secret_basic',
      ['client_credentials'],
      'web',
    ])
  })

  it('changes what was read, and nothing that has changed since', async () => {
    const path = `/v1/admin/clients/${id}`
    const body = {
      name: 'Price Watch 2',
      scopes: ['openid'],
      redirectUris: ['https://app.example/cb'],
    }
    const bare = await shop.http.put(path).set(as()).send(body)
    expect([bare.status, bare.body.code]).toEqual([428, 'if_match_required'])
    const changed = await shop.http
      .put(path)
      .set({ ...as(), 'If-Match': '"v3-abc"' })
      .send(body)
    expectDocumented(changed)
    expect(asked('user.ChangeClient')).toMatchObject({
      id,
      version: 3n,
      metadata: { clientName: 'Price Watch 2' },
    })
    const other = await shop.http
      .put(path)
      .set({ ...as(), 'If-Match': '"v2-abc", "x"' })
      .send(body)
    expect([other.status, other.body.code]).toEqual([412, 'version_changed'])
    shop.sidecar.answer('user', 'RemoveClient', () => {
      throw new DomainError('conflict', 'version_changed')
    })
    const removed = await shop.http.delete(path).set({ ...as(), 'If-Match': '"v3-abc"' })
    expect([removed.status, removed.body.code]).toEqual([412, 'version_changed'])
  })

  it('rotates a secret, with a time for which the old one serves', async () => {
    const rotated = await shop.http
      .post(`/v1/admin/clients/${id}/secret`)
      .set({ ...as(), 'If-Match': '*' })
      .send({ keepSeconds: 3600 })
    expectDocumented(rotated)
    expect(rotated.body.secret).toBe('t')
    expect(asked('user.RotateClientSecret')).toEqual({ id, version: 3n, keepSeconds: 3600 })
    const plain = await shop.http
      .get('/v1/admin/clients/019a1f60-7d2c-7b3a-9c41-3f1d2a6b8c90')
      .set(as())
    expect(plain.status).toBe(404)
  })
})
