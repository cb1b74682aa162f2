import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { DomainError } from '@micromart/kernel'
import { adminBooksRoutes } from '../src/routes/admin-books.ts'
import { expectDocumented } from './documented.ts'
import { startForTest, type TestGateway } from './start.ts'

describe('the books', () => {
  let shop: TestGateway
  const read = (query = '') =>
    shop.http.get(`/v1/admin/books${query}`).set('Authorization', shop.token(['operator']))

  beforeAll(async () => {
    shop = await startForTest()
  })
  afterAll(() => shop[Symbol.asyncDispose]())

  it('say which invariant holds, and what breaks it', async () => {
    shop.sidecar.answer('order', 'CheckBooks', () => ({
      consistent: false,
      checkedAt: new Date('2026-01-31T12:00:30Z'),
      cut: new Date('2026-01-31T12:00:00Z'),
      invariants: [
        {
          id: 'I4',
          title: 'One capture',
          holds: false,
          checked: 7n,
          violations: [{ subject: 'order 1', message: 'captured twice' }],
          violationCount: 1n,
        },
      ],
    }))
    const response = await read('?full=true')
    expectDocumented(response)
    expect(response.body).toEqual({
      consistent: false,
      checkedAt: '2026-01-31T12:00:30.000Z',
      cut: '2026-01-31T12:00:00.000Z',
      invariants: [
        {
          id: 'I4',
          title: 'One capture',
          holds: false,
          checked: 7,
          violations: [{ subject: 'order 1', message: 'captured twice' }],
          violationCount: 1,
        },
      ],
    })
    await read()
    const asked = shop.sidecar.recorded('order.CheckBooks').map(({ request }) => request)
    expect(asked).toEqual([{ full: true }, { full: false }])
  })

  it('may take ten minutes, and the connection waits a little longer', async () => {
    let left = 0
    shop.sidecar.answer('order', 'CheckBooks', (_request, { deadline }) => {
      left = (deadline?.getTime() ?? 0) - Date.now()
      return { consistent: true, checkedAt: new Date(), cut: new Date(), invariants: [] }
    })
    expect((await read()).status).toBe(200)
    expect(left).toBeGreaterThan(590_000)
    expect(left).toBeLessThanOrEqual(600_000)
    const row = adminBooksRoutes.find(({ path }) => path === '/v1/admin/books')
    expect(row?.patienceMs).toBeGreaterThan(left)
  })

  it('409 with the time to wait while another check runs', async () => {
    shop.sidecar.answer('order', 'CheckBooks', () => {
      throw new DomainError('conflict', 'books_in_progress')
    })
    const busy = await read()
    expectDocumented(busy)
    expect([busy.status, busy.body.code]).toEqual([409, 'books_in_progress'])
    expect(busy.headers['retry-after']).toBe('60')
  })

  it('503 while a store is away, and 400 for another word than true or false', async () => {
    shop.sidecar.answer('order', 'CheckBooks', () => {
      throw new DomainError('unavailable', 'dependency_unavailable', { service: 'payment' })
    })
    const away = await read()
    expectDocumented(away)
    expect([away.status, away.body.code]).toEqual([503, 'dependency_unavailable'])
    expect((await read('?full=yes')).body.errors[0].path).toBe('/full')
  })
})
