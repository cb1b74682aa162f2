import { readdir, readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { expectDocumented } from './documented.ts'
import { recordedShop } from './recorded-shop.ts'
import type { TestGateway } from './start.ts'

/** One exchange as a client of that release had it; words for people are left out, they may change. `login` stands for a fresh token of those roles. */
type Exchange = {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  readonly path: string
  readonly login?: readonly ('customer' | 'admin')[]
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: object
  readonly status: number
  readonly answer?: object
}

const folder = new URL('./recorded/', import.meta.url)
const releases = await readdir(folder)

describe.each(releases)('what clients of %s send', (release) => {
  let shop: TestGateway
  let exchanges: readonly Exchange[]

  beforeAll(async () => {
    const text = await readFile(new URL(`${release}/requests.json`, folder), 'utf8')
    exchanges = JSON.parse(text) as Exchange[]
    shop = await recordedShop()
  })
  afterAll(() => shop[Symbol.asyncDispose]())

  it('is still answered so; an answer may have gained members', async () => {
    for (const { method, path, login, headers = {}, body, status, answer } of exchanges) {
      const token = login ? { Authorization: shop.token(login) } : {}
      const response = await shop.http[method](path)
        .set({ ...headers, ...token })
        .send(body)
      expectDocumented(response)
      expect([method, path, response.status]).toEqual([method, path, status])
      if (answer !== undefined) expect(response.body).toMatchObject(answer)
    }
    expect(exchanges.length).toBeGreaterThan(20)
  })
})
