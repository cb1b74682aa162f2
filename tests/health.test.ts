import { describe, expect, it } from '@jest/globals'
import { call, shop } from './support/shop.ts'

const usual = { store: 'ok', sidecar: 'ok', eventLoop: 'ok' }
const { store: _none, ...storeless } = usual

const processes = {
  gateway: { listeners: 'ok', ...storeless },
  product: usual,
  user: usual,
  cart: storeless,
  order: usual,
  payment: usual,
}

describe('each of the six processes', () => {
  it.each(Object.entries(processes))(
    '%s says that it lives, is ready, and why',
    async (app, checks) => {
      const ask = (path: string) => fetch(`http://127.0.0.1:${shop.ports[app]!.http}/${path}`)
      expect((await ask('livez')).status).toBe(200)
      const ready = await ask('readyz')
      expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready', checks }])
    },
  )

  it('shows no metrics on the public port', async () => {
    expect((await call('GET', '/metrics')).status).toBe(404)
    expect((await call('GET', '/livez')).status).toBe(200)
    const { status, text } = await call('GET', '/readyz')
    expect([status, text]).toEqual([200, expect.not.stringContaining('checks')]) // strangers get no reasons
  })
})
