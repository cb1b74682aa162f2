import { beforeAll, describe, expect, it } from '@jest/globals'
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { call, eventually, secret, shop } from './support/shop.ts'
import { refundAtDesk } from './support/provider.ts'
import {
  addToCart,
  loginAs,
  newMember,
  newProduct,
  type Order,
  placeOrder,
  stockOf,
} from './support/shopper.ts'
import { openMysql } from './support/stores.ts'

type Violation = { readonly subject: string; readonly message: string }

type Books = {
  readonly consistent: boolean
  readonly invariants: readonly {
    readonly id: string
    readonly holds: boolean
    readonly checked: number
    readonly violations: readonly Violation[]
  }[]
}

let admin: string

const readBooks = async (full: boolean): Promise<Books> => {
  const path = `/v1/admin/books?full=${full}`
  const { status, body, text } = await call<Books>('GET', path, { token: admin, timeoutMs: 90_000 })
  if (status !== 200) throw new Error(`books: ${status} ${text}`)
  return body
}

/** What is broken, by invariant. */
const broken = ({ invariants }: Books) =>
  Object.fromEntries(
    invariants
      .filter(({ holds }) => !holds)
      .map(({ id, violations }) => [id, violations.map(({ subject }) => subject)]),
  )

/** Runs a statement as a service's own account: by hand, as nobody should. */
const byHand = async (account: string, sql: string, values: readonly unknown[]): Promise<void> => {
  const connection = await openMysql(secret(`mysql-${account}`))
  try {
    await connection.query(sql, [...values])
  } finally {
    await connection.end()
  }
}

const bought = async (sku: string, cardToken = 'tok_visa') => {
  const { token } = await newMember()
  await addToCart({ token }, sku, 2)
  const { body } = await placeOrder({ token }, { cardToken })
  return { id: body.id ?? body.params?.['orderId'] ?? '', token }
}

type Bought = Awaited<ReturnType<typeof bought>>

/** Waits until an order and its money stand so. */
const stands = ({ id, token }: Bought, status: string, payment: string) =>
  eventually(
    async () => (await call<Order>('GET', `/v1/orders/${id}`, { token })).body,
    (order) => order.status === status && order.payment.status === payment,
    15_000,
  )

const timelineOf = async ({ id, token }: Bought) =>
  (
    await call<{ items: { event: string; actor: string }[] }>('GET', `/v1/orders/${id}/timeline`, {
      token,
    })
  ).body.items.map(({ event, actor }) => `${event} by ${actor}`)

/** `npm run books` on the running shop. */
const books = (...options: readonly string[]) =>
  new Promise<{ status: number | null; out: string }>((resolve) => {
    const { email, password } = shop.accounts.admin
    const args = ['scripts/books.mjs', '--url', shop.gateway, '--account', 'env', ...options]
    const env = { ...process.env, MICROMART_ACCOUNT: `${email}:${password}` }
    const child = spawn(process.execPath, args, { env })
    let out = ''
    child.stdout.on('data', (text: Buffer) => (out += text.toString()))
    child.on('close', (status) => resolve({ status, out }))
  })

describe('the books of a running shop', () => {
  let sku: string
  let paid: string
  let inPart: Bought
  let whole: Bought
  let late: Bought

  beforeAll(async () => {
    admin = await loginAs('admin')
    ;({ sku } = await newProduct(admin, { stock: 50 }))
    paid = (await bought(sku)).id
    await bought(sku, 'tok_declined')
    const cancelled = await bought(sku)
    await call('POST', `/v1/orders/${cancelled.id}/cancel`, { token: cancelled.token })
    const refunded = await bought(sku)
    await call('POST', `/v1/admin/orders/${refunded.id}/refunds`, {
      token: admin,
      headers: { 'idempotency-key': randomUUID() },
      body: { amount: { amount: 500, currency: 'EUR' }, reason: 'a scratch' },
    })
    ;[inPart, whole, late] = [
      await bought(sku),
      await bought(sku),
      await bought(sku, 'tok_late_capture'),
    ]
    await Promise.all([refundAtDesk(inPart.id, 500), refundAtDesk(whole.id)])
    await stands(inPart, 'PAID', 'partially_refunded')
    await call('POST', `/v1/orders/${inPart.id}/cancel`, { token: inPart.token })
    await Promise.all([
      stands(inPart, 'CANCELLED', 'refunded'),
      stands(whole, 'CANCELLED', 'refunded'),
      stands(late, 'FAILED', 'refunded'),
    ])
    const done = Date.now()
    // What was done just now is work under way to the books: they look at it half a minute later.
    await eventually(
      async () => Date.now() - done,
      (age) => age > 33_000,
      40_000,
    )
  }, 90_000)

  it('agree after purchases, a decline, a cancelled order and a refund', async () => {
    const report = await eventually(
      () => readBooks(true),
      ({ consistent }) => consistent,
      30_000,
    )
    expect(broken(report)).toEqual({})
    for (const { id, checked } of report.invariants) {
      expect({ id, some: checked > 0 }).toEqual({ id, some: true })
    }
  }, 60_000)

  it('agree with what was given back at the provider’s desk, and with money that came too late', async () => {
    expect(await timelineOf(inPart)).toEqual(
      expect.arrayContaining([
        'payment.refunded_at_provider by provider',
        'order.cancelled by shopper',
      ]),
    )
    expect(await timelineOf(whole)).toEqual(
      expect.arrayContaining([
        'payment.refunded_at_provider by provider',
        'order.cancelled by provider',
      ]),
    )
    expect((await timelineOf(late)).slice(-2)).toEqual([
      'payment.late by provider',
      'payment.refunded by provider',
    ])
    const refunds = await call<{ items: { amount: { amount: number }; status: string }[] }>(
      'GET',
      `/v1/admin/orders/${inPart.id}/refunds`,
      { token: admin },
    )
    const sums = refunds.body.items.map(({ amount, status }) => [amount.amount, status])
    expect(sums).toEqual([
      [500, 'refunded'],
      [3498, 'refunded'],
    ])
    // Of these orders two still have their goods, two units each.
    expect(await stockOf(admin, sku)).toMatchObject({ onHand: 46, held: 0 })
  })

  it('name exactly what somebody has changed by hand', async () => {
    const copy = `INSERT INTO ledger (kind, charge_id, idempotency_key, reference, amount, currency, entered_at)
      SELECT kind, charge_id, CONCAT('copy-', idempotency_key), reference, amount, currency, entered_at
      FROM ledger WHERE reference = ? AND amount > 0`
    const breaks = [
      {
        account: 'product',
        harm: 'UPDATE stock SET on_hand = on_hand + 1 WHERE sku = ?',
        undo: 'UPDATE stock SET on_hand = on_hand - 1 WHERE sku = ?',
        subject: sku,
        seen: ['I1'],
      },
      {
        account: 'provider',
        harm: copy,
        undo: "DELETE FROM ledger WHERE reference = ? AND idempotency_key LIKE 'copy-%'",
        subject: paid,
        seen: ['I4'],
      },
      {
        account: 'order',
        harm: 'UPDATE order_lines SET unit_price = unit_price + 1 WHERE order_id = ?',
        undo: 'UPDATE order_lines SET unit_price = unit_price - 1 WHERE order_id = ?',
        subject: paid,
        seen: ['I12'],
      },
      {
        // A total that is not its lines' is not what was captured either.
        account: 'order',
        harm: 'UPDATE orders SET total = total + 1 WHERE id = ?',
        undo: 'UPDATE orders SET total = total - 1 WHERE id = ?',
        subject: paid,
        seen: ['I4', 'I12'],
      },
      {
        account: 'product',
        harm: "UPDATE stock_holds SET status = 'released' WHERE order_id = ?",
        undo: "UPDATE stock_holds SET status = 'claimed' WHERE order_id = ?",
        subject: paid,
        seen: ['I2'],
      },
    ]
    for (const { account, harm, undo, subject, seen } of breaks) {
      await byHand(account, harm, [subject])
      const report = await readBooks(true)
      await byHand(account, undo, [subject])
      expect(broken(report)).toEqual(Object.fromEntries(seen.map((id) => [id, [subject]])))
    }
    expect(broken(await readBooks(true))).toEqual({})
  }, 120_000)

  it('are read by npm run books: exit status 0, 1 when something is broken, 2 when it cannot tell', async () => {
    expect(await books('--full')).toMatchObject({
      status: 0,
      out: expect.stringContaining('All stores agree.'),
    })
    await byHand('order', 'UPDATE orders SET tax = tax + 1 WHERE id = ?', [paid])
    const asText = await books('--full')
    const asJson = await books('--json')
    await byHand('order', 'UPDATE orders SET tax = tax - 1 WHERE id = ?', [paid])
    expect(asText).toMatchObject({
      status: 1,
      out: expect.stringContaining(`       ${paid}  the total`),
    })
    expect(asJson.status).toBe(1)
    expect(broken(JSON.parse(asJson.out) as Books)).toEqual({ I12: [paid] })
    expect((await books('--url', 'http://127.0.0.1:9')).status).toBe(2)
  }, 120_000)

  it('are shown to operators only', async () => {
    const { token } = await newMember()
    expect((await call('GET', '/v1/admin/books', { token })).status).toBe(403)
  })
})
