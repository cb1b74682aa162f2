import { beforeAll, expect, it } from '@jest/globals'
import { whileGone } from '../support/outage.ts'
import { pidOnPort } from '../support/processes.ts'
import { call, eventually, shop } from '../support/shop.ts'
import { loginAs, newMember } from '../support/shopper.ts'

let admin: string

beforeAll(async () => {
  admin = await loginAs('admin')
})

const answersAt = (path: string) =>
  call('GET', path).then(
    ({ status }) => status === 200,
    () => false,
  )

/** Starts the gateway anew: it knows no key yet. */
const renewGateway = async (): Promise<void> => {
  const { http } = shop.ports['gateway']!
  const pid = pidOnPort(http)
  process.kill(pid, 'SIGKILL')
  const isAnother = () => {
    try {
      return pidOnPort(http) !== pid
    } catch {
      return false // not yet
    }
  }
  await eventually(
    async () => isAnother() && (await answersAt('/readyz')),
    (ready) => ready,
    40_000,
  )
}

it('S65 without keys nobody is let in: protected routes answer 503, and a shelf is still there to see', async () => {
  const member = await newMember()
  const routes = [
    ['/v1/me', member.token],
    ['/v1/orders', member.token],
    ['/v1/cart', member.token],
    ['/v1/admin/orders', admin],
    ['/v1/admin/books', admin],
  ] as const
  const seen = () =>
    Promise.all(
      routes.map(async ([path, token]) => {
        const { status, body } = await call('GET', path, { token })
        return [path, status, body['code']]
      }),
    )

  await whileGone('user', async () => {
    await renewGateway()
    const refused = routes.map(([path]) => [path, 503, 'dependency_unavailable'])
    expect(await seen()).toEqual(refused)
    const forged = await call('GET', '/v1/me', { token: `${member.token}x` })
    expect(forged.status).not.toBe(200)
    expect((await call('GET', '/v1/products?limit=1')).status).toBe(200)
    expect((await call('GET', '/v1/cart')).status).toBe(200) // a guest's needs no key
  })

  await eventually(seen, (now) => now.every(([, status]) => status === 200), 30_000)
}, 120_000)
