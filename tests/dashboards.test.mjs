import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { dashboards, plainQuery } from '../scripts/lib/observability/dashboards.mjs'
import { ensureMonitors } from '../scripts/lib/observability/programs.mjs'
import { questionQueries } from '../scripts/lib/observability/runbooks.mjs'
import { startPrometheus } from '../scripts/lib/observability/prometheus-server.mjs'
import { silent } from '../scripts/lib/terminal/say.mjs'
import { call, eventually, shop } from './support/shop.ts'
import { addToCart, loginAs, newMember, newProduct, placeOrder } from './support/shopper.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'micromart-prometheus-'))
const started = []
/** What a start notes of its processes: they end with the tests. */
const run = { record: (_name, pid) => void started.push(pid) }

const programs = await ensureMonitors(silent(), folder)
// Said aloud: a skipped test without a reason looks like a proof.
if (programs.missing)
  process.stderr.write(`no Prometheus, panels are not asked: ${programs.missing}\n`)
const withPrometheus = programs.missing ? it.skip : it

/** Fifteen times as fast: five minutes of an objective are twenty seconds. */
const scale = 15
let prometheus

const buy = async (admin) => {
  const { token } = await newMember()
  const product = await newProduct(admin)
  await call('GET', `/v1/products/${product.handle}`)
  await call('GET', '/v1/products')
  await call('GET', '/v1/cart', { token })
  await addToCart({ token }, product.sku)
  return placeOrder({ token })
}

/** What an afternoon leaves: purchases, one of them partly given back, and the check of the books. */
const demoLoad = async () => {
  const admin = await loginAs('admin')
  const bought = await buy(admin)
  expect(bought.status).toBe(201)
  const headers = { 'idempotency-key': randomUUID() }
  const body = { amount: { amount: 100, currency: 'EUR' }, reason: 'a scratch' }
  await call('POST', `/v1/admin/orders/${bought.body.id}/refunds`, { token: admin, headers, body })
  await call('GET', '/v1/admin/books', { token: admin, timeoutMs: 60_000 })
  return admin
}

beforeAll(async () => {
  if (programs.missing) return
  const { prometheus: program } = programs
  const log = path.join(folder, 'prometheus.log')
  const settings = { prometheus: program, ports: shop.ports, scale, folder, run, log }
  prometheus = await startPrometheus(settings)
}, 90_000)

afterAll(() => {
  for (const pid of started) process.kill(pid, 'SIGTERM')
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
})

const emptyPanels = async () => {
  const panels = dashboards().flatMap(({ name, panels: own }) =>
    own.flatMap(({ title, queries }) =>
      Object.values(queries).map((query) => ({ panel: `${name}: ${title}`, query })),
    ),
  )
  const questions = questionQueries().map((query) => ({ panel: 'docs/observability.md', query }))
  const empty = []
  for (const { panel, query } of [...panels, ...questions]) {
    const found = await prometheus.query(plainQuery(query, { window: '1m', range: '10m' }))
    if (!found.some(({ value }) => Number.isFinite(value))) empty.push(`${panel}: ${query}`)
  }
  return empty
}

describe('every dashboard', () => {
  withPrometheus(
    'has data in every panel of a shop that is used, whichever query it asks',
    async () => {
      const admin = await demoLoad()
      const ask = async () => {
        await buy(admin)
        return emptyPanels()
      }
      expect(await eventually(ask, (empty) => empty.length === 0, 120_000)).toEqual([])
    },
    300_000,
  )
})
