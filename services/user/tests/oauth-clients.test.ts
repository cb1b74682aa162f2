import { describe, expect, it } from '@jest/globals'
import type { ClientMetadata } from '@micromart/contracts/user'
import { callback, machine, programFor, registrar } from './oauth-app.ts'
import { startForTest } from './start-for-test.ts'

const web: ClientMetadata = {
  clientName: ' Price Watch ',
  applicationType: 'web',
  tokenEndpointAuthMethod: 'client_secret_basic',
  grantTypes: ['refresh_token', 'authorization_code'],
  redirectUris: [callback, callback],
  postLogoutRedirectUris: [],
  scopes: ['orders', 'openid', 'openid'],
  jwks: '',
  clientUri: '',
  introspects: false,
}

describe('clients', () => {
  it('are registered, read, changed and removed by who may', async () => {
    await using user = await startForTest()
    const { rpc } = await registrar(user)
    const { client, secret } = await rpc.addClient({ metadata: web })
    expect(secret).toMatch(/^[\w-]{43}$/)
    expect(client).toEqual({
      id: expect.stringMatching(/^client-[0-9a-f-]{36}$/),
      version: 1n,
      metadata: {
        ...web,
        clientName: 'Price Watch',
        grantTypes: ['authorization_code', 'refresh_token'],
        redirectUris: [callback],
        scopes: ['openid', 'orders'],
      },
      createdAt: user.clock.now(),
      updatedAt: user.clock.now(),
    })
    const id = client?.id ?? ''
    expect(await rpc.getClient({ id })).toEqual({ client })

    user.clock.forward(1_000)
    const metadata = {
      ...web,
      clientName: 'Watch',
      scopes: ['openid'],
      clientUri: 'https://app.example',
    }
    const changed = await rpc.changeClient({ id, version: 1n, metadata })
    expect(changed.client).toMatchObject({
      version: 2n,
      updatedAt: user.clock.now(),
      metadata: { clientName: 'Watch', scopes: ['openid'], clientUri: 'https://app.example' },
    })
    const stale = { kind: 'conflict', code: 'version_changed' }
    await expect(rpc.changeClient({ id, version: 1n, metadata })).rejects.toMatchObject(stale)
    await expect(rpc.removeClient({ id, version: 1n })).rejects.toMatchObject(stale)
    await expect(rpc.rotateClientSecret({ id, version: 1n, keepSeconds: 0 })).rejects.toMatchObject(
      stale,
    )

    const more = await Promise.all(
      [1, 2].map(() => rpc.addClient({ metadata: { ...web, ...machine } })),
    )
    const first = await rpc.listClients({ limit: 2 })
    expect(first.items).toHaveLength(2)
    const second = await rpc.listClients({ limit: 2, cursor: first.nextCursor })
    expect(second.nextCursor).toBeUndefined()
    const listed = [...first.items, ...second.items].map((one) => one.id)
    expect(listed).toEqual([...more.map((one) => one.client?.id ?? ''), id].toSorted().toReversed())

    await rpc.removeClient({ id, version: 2n })
    const absent = { kind: 'not_found', code: 'client_not_found' }
    await expect(rpc.getClient({ id })).rejects.toMatchObject(absent)
    await expect(rpc.getClient({ id: 'client-\u{1fed3}' })).rejects.toMatchObject(absent)
    await expect(rpc.removeClient({ id })).rejects.toMatchObject(absent)
    await expect(rpc.rotateClientSecret({ id, keepSeconds: 0 })).rejects.toMatchObject(absent)
  })

  it('name every wrong field at once', async () => {
    await using user = await startForTest()
    const { rpc } = await registrar(user)
    const faults = async (of: Partial<ClientMetadata>) => {
      const error: unknown = await rpc
        .addClient({ metadata: { ...web, ...of } })
        .catch((caught) => caught)
      const { code, fields } = error as { code: string; fields: { path: string }[] }
      return [code, ...fields.map(({ path }) => path)]
    }
    expect(
      await faults({
        clientName: ' ',
        applicationType: 'desktop',
        redirectUris: ['http://app.example/cb', callback, 'https://app.example/#x'],
        postLogoutRedirectUris: ['javascript:alert(1)'],
        clientUri: 'ftp://x',
        scopes: ['openid', 'everything'],
        jwks: '{"keys":[]}',
      }),
    ).toEqual([
      'client_invalid',
      '/name',
      '/applicationType',
      '/redirectUris/0',
      '/redirectUris/2',
      '/postLogoutRedirectUris/0',
      '/homePage',
      '/scopes',
    ])
    expect(await faults({ redirectUris: [] })).toEqual(['client_invalid', '/redirectUris'])
    expect(await faults({ tokenEndpointAuthMethod: 'private_key_jwt' })).toEqual([
      'client_invalid',
      '/jwks',
    ])
    const machineOf = { ...machine, scopes: ['orders', 'orders:read'] }
    expect(await faults(machineOf)).toEqual(['client_invalid', '/scopes'])
    expect(await faults({ ...machine, tokenEndpointAuthMethod: 'none' })).toEqual([
      'client_invalid',
      '/tokenEndpointAuthMethod',
    ])
  })

  it('S34 are registered, changed and given secrets for no more than who does it may', async () => {
    await using user = await startForTest()
    const admin = await registrar(user)
    const clerk = await admin.register({ ...machine, scopes: ['clients:write', 'orders:read'] })
    const { json } = await programFor(user).post('/oauth2/token', clerk, {
      grant_type: 'client_credentials',
      scope: 'clients:write orders:read',
    })
    const rpc = user.clients.as({ token: String(json['access_token']) })
    const above = { kind: 'forbidden', code: 'scope_above_own', params: { scope: 'ops' } }
    const wanted = { ...web, ...machine, scopes: ['orders:read', 'ops'] }
    await expect(rpc.addClient({ metadata: wanted })).rejects.toMatchObject(above)
    const { client } = await rpc.addClient({ metadata: { ...wanted, scopes: ['orders:read'] } })
    const change = { id: client?.id ?? '', metadata: wanted }
    await expect(rpc.changeClient(change)).rejects.toMatchObject(above)
    await rpc.addClient({ metadata: { ...web, scopes: ['openid', 'account', 'orders'] } })

    const operator = await admin.register({ ...machine, scopes: ['orders:read', 'ops'] })
    const { id } = operator
    const { client: before } = await rpc.getClient({ id })
    const renamed = { ...web, ...machine, clientName: 'Mine', scopes: ['orders:read'] }
    await expect(rpc.changeClient({ id, metadata: renamed })).rejects.toMatchObject(above)
    await expect(rpc.rotateClientSecret({ id, keepSeconds: 0 })).rejects.toMatchObject(above)
    expect(await rpc.getClient({ id })).toEqual({ client: before })
    const own = { id: client?.id ?? '', keepSeconds: 0 }
    expect((await rpc.rotateClientSecret(own)).secret).toMatch(/^[\w-]{43}$/)
    const ask = { grant_type: 'client_credentials', scope: 'ops' }
    expect((await programFor(user).post('/oauth2/token', operator, ask)).status).toBe(200)

    const bob = await user.hire('support')
    const asBob = user.clients.as({ token: bob.accessToken })
    await expect(asBob.listClients({ limit: 1 })).rejects.toMatchObject({ code: 'scope_missing' })
  })
})
