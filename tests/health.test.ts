import { describe, expect, it } from '@jest/globals'
import { call, shop } from './support/shop.ts'

const processes = ['gateway', 'product', 'user', 'cart', 'order', 'payment']

describe('each of the six processes', () => {
  it.each(processes)('%s says that it lives and is ready', async (app) => {
    for (const path of ['livez', 'readyz']) {
      const { status } = await fetch(`http://127.0.0.1:${shop.ports[app]!.http}/${path}`)
      expect([path, status]).toEqual([path, 200])
    }
  })

  it('shows no metrics on the public port', async () => {
    expect((await call('GET', '/metrics')).status).toBe(404)
    expect((await call('GET', '/livez')).status).toBe(200)
    expect((await call('GET', '/readyz')).status).toBe(200)
  })
})
