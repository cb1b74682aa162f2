import { setTimeout as pause } from 'node:timers/promises'
import type { Random } from '../plan/random.ts'
import type { Answer, Client } from './client.ts'

/** A product of the run, with one sku, as the checker knows it. */
export type Shelf = {
  readonly sku: string
  readonly id: string
  readonly price: number
  readonly stock: number
}

/** What staff do: all of it on behalf of `staff`, which may see everything. */
export type Staff = {
  readonly logIn: () => Promise<void>
  readonly create: (sku: string, price: number, stock: number) => Promise<Shelf>
  readonly setPrice: (shelf: Shelf, price: number, process: string) => Promise<Answer>
  readonly archive: (shelf: Shelf, process: string) => Promise<Answer>
  readonly adjust: (sku: string, delta: number, process: string) => Promise<Answer>
  readonly call: (request: {
    readonly op: string
    readonly process: string
    readonly method: string
    readonly path: string
    readonly headers?: Readonly<Record<string, string>>
    readonly key?: string
    readonly body?: unknown
    readonly asked?: Readonly<Record<string, unknown>>
  }) => Promise<Answer>
}

type Account = { readonly email: string; readonly password: string }

const tokenLastsMs = 200_000
const mostTries = 60

export const hireStaff = (client: Client, random: Random, admin: Account): Staff => {
  let token: string | undefined
  let since = 0

  const logIn = async () => {
    const request = { op: 'login', process: 'staff', user: 'staff' }
    const path = '/v1/auth/login'
    const answer = await client({ ...request, method: 'POST', path, body: admin })
    if (typeof answer.body['accessToken'] !== 'string') return
    token = answer.body['accessToken']
    since = performance.now()
  }

  const call: Staff['call'] = async (request) => {
    if (performance.now() - since > tokenLastsMs) await logIn()
    return client({ ...request, user: 'staff', token })
  }

  const setFields = async (
    op: string,
    { id, sku }: Shelf,
    process: string,
    change: { method: string; body?: unknown; asked: Readonly<Record<string, unknown>> },
  ) => {
    const path = `/v1/admin/products/${id}`
    const read = await call({ op: 'product.read', process, method: 'GET', path })
    const headers = { 'if-match': read.headers.get('etag') ?? '"0"' }
    return call({ op, process, path, headers, ...change, asked: { sku, ...change.asked } })
  }

  return {
    logIn,
    call,
    create: async (sku, price, stock) => {
      const variants = [{ sku, price: { amount: price, currency: 'EUR' }, stock }]
      const body = { title: `Chaos ${sku}`, status: 'active', variants }
      const request = {
        op: 'product.create',
        process: 'staff',
        method: 'POST',
        key: `create-${sku}`,
      }
      // A service may still be on its way back from a fault: a repeat under the same key is the same product.
      for (let tries = 1; ; tries += 1) {
        const answer = await call({ ...request, path: '/v1/admin/products', body })
        if (answer.status === 201) return { sku, price, stock, id: String(answer.body['id']) }
        if ((answer.status > 0 && answer.status < 500) || tries === mostTries) {
          throw new Error(`creating ${sku}: ${answer.status} ${answer.code}`)
        }
        await pause(500)
      }
    },
    setPrice: (shelf, price, process) =>
      setFields('price.set', shelf, process, {
        method: 'PATCH',
        body: { variants: [{ sku: shelf.sku, price: { amount: price, currency: 'EUR' } }] },
        asked: { price },
      }),
    archive: (shelf, process) =>
      setFields('product.archive', shelf, process, { method: 'DELETE', asked: {} }),
    adjust: (sku, delta, process) =>
      call({
        op: 'stock.adjust',
        process,
        method: 'POST',
        path: `/v1/admin/stock/${sku}`,
        key: `adjust-${random.word(16)}`,
        body: { delta, reason: 'chaos' },
        asked: { sku, delta },
      }),
  }
}
