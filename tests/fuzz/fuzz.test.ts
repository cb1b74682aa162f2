import { expect, it } from '@jest/globals'
import { call, shop } from '../support/shop.ts'
import { loginAs } from '../support/shopper.ts'
import { runFuzzer } from './run-fuzzer.ts'

const python = process.env['MICROMART_FUZZER']
const requests = Number(process.env['MICROMART_FUZZ_REQUESTS'] ?? 1_500)
const seed = Number(process.env['MICROMART_FUZZ_SEED'] ?? 20_261_130)

const patienceMs = 60_000 + requests * 600 // other work may share the cores

const fuzzed = python ? it : it.skip
if (!python) {
  const why = process.env['MICROMART_FUZZER_MISSING'] ?? 'it was not looked for'
  process.stderr.write(`skipped: no schemathesis (${why})\n`)
}

fuzzed(
  'S30 S33 S41 S45 S52 random requests break nothing: no 5xx, answers as documented, and the shop goes on',
  async () => {
    process.stderr.write(`fuzz: at least ${requests} requests, MICROMART_FUZZ_SEED=${seed}\n`)
    const target = { gateway: shop.gateway, admin: shop.accounts.admin }
    const options = { seed, requests, patienceMs }
    const found = await runFuzzer(python ?? '', target, options)
    expect({ status: found.status, failures: found.failures }).toEqual({ status: 0, failures: '' })
    expect(found.requests).toBeGreaterThanOrEqual(requests)

    expect((await call('GET', '/readyz')).status).toBe(200)
    expect((await call('GET', '/v1/products?limit=1')).status).toBe(200)
    const token = await loginAs('admin')
    const books = await call('GET', '/v1/admin/books', { token, timeoutMs: 90_000 })
    expect(books.body).toMatchObject({ consistent: true })
  },
  patienceMs + 120_000,
)
