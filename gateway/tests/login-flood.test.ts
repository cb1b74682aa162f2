import { randomUUID } from 'node:crypto'
import { expect, it } from '@jest/globals'
import { eventually } from '@micromart/testing'
import type { Response } from 'supertest'
import { expectDocumented } from './documented.ts'
import { startForTest } from './start.ts'

const tokens = { accessToken: 'a', refreshToken: 'r', expiresIn: 300 }

const login = ({ http }: Awaited<ReturnType<typeof startForTest>>) =>
  http.post('/v1/auth/login').send({ email: `${randomUUID()}@example.com`, password: 'x' })

it('S8 of a flood of logins eight are under way, the others wait, and reads go on beside them', async () => {
  await using shop = await startForTest()
  const { promise: held, resolve: release } = Promise.withResolvers<void>()
  shop.sidecar.answer('product', 'ListProducts', () => ({ items: [] }))
  shop.sidecar.answer('user', 'Login', async () => {
    await held
    return { tokens }
  })
  const underWay = () => shop.calls().filter((name) => name === 'user.Login').length

  const flood = Array.from({ length: 20 }, () => login(shop).then(({ status }) => status))
  await eventually(() => expect(underWay()).toBe(8))
  expect((await shop.http.get('/v1/products?q=beside')).status).toBe(200)
  expect(underWay()).toBe(8)

  release()
  expect(new Set(await Promise.all(flood))).toEqual(new Set([200]))
  expect(underWay()).toBe(20)
})

it('S8 who has waited too long is told to come back, each at another time, and nobody is called', async () => {
  await using shop = await startForTest()
  const { promise: held, resolve: release } = Promise.withResolvers<void>()
  shop.sidecar.answer('user', 'Login', async () => {
    await held
    return { tokens }
  })
  const refused: Response[] = []
  const flood = Array.from({ length: 40 }, async () => {
    const answer = await login(shop)
    if (answer.body.code === 'login_busy') refused.push(answer)
  })
  await eventually(() => expect(refused.length).toBeGreaterThan(20), { withinMs: 15_000 })
  release()
  await Promise.all(flood)
  for (const answer of refused) {
    expectDocumented(answer)
    expect(answer.status).toBe(503)
    expect(answer.headers['retry-after']).toMatch(/^[1-4]$/)
  }
  expect(new Set(refused.map(({ headers }) => headers['retry-after'])).size).toBeGreaterThan(1)
  const called = shop.calls().filter((name) => name === 'user.Login')
  expect(called).toHaveLength(40 - refused.length)
})
