import { describe, expect, it } from '@jest/globals'
import type { CheckBooksResponse } from '@micromart/contracts/order'
import { systemIds } from '@micromart/kernel'
import { eventually } from '@micromart/testing'
import mysql from 'mysql2/promise'
import { bookShelf, shelve } from './book-shelf.ts'
import { away } from './fake-shop.ts'
import { aMember, refusalOf, startForTest } from './start.ts'

/** A shop with the other stores' pages; `meanwhile` is what happens while the books wait before they look again. */
const startBooks = async () => {
  await using starting = new AsyncDisposableStack()
  let meanwhile: () => void | Promise<void> = () => {}
  const test = starting.use(
    await startForTest((real) => ({
      books: { ...real.books, moment: async () => meanwhile() },
    })),
  )
  const shelf = bookShelf(test.sidecar)
  const sql = await mysql.createConnection({ uri: test.database.url, timezone: 'Z' })
  starting.defer(() => sql.end())
  const stack = starting.move()
  const operator = test.as(systemIds.next(), ['operator'])
  return {
    ...test,
    shelf,
    sql,
    check: (full = false): Promise<CheckBooksResponse> => operator.checkBooks({ full }),
    meanwhile: (work: () => void | Promise<void>) => {
      meanwhile = work
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

type BookShop = Awaited<ReturnType<typeof startBooks>>

/** Broken invariants with their subjects. */
const broken = ({ invariants }: CheckBooksResponse) =>
  Object.fromEntries(
    invariants
      .filter(({ holds }) => !holds)
      .map(({ id, violations }) => [id, violations.map(({ subject }) => subject)]),
  )

const checkedOf = ({ invariants }: CheckBooksResponse, id: string) =>
  Number(invariants.find((one) => one.id === id)?.checked)

/** An order with what the other stores say of it. */
const anOrder = async (books: BookShop, token = 'tok_visa') => {
  const member = aMember(books)
  const { order } = await member.order.placeOrder({ ...member.wish, paymentToken: token })
  const id = order?.id ?? ''
  const isSold = token === 'tok_visa'
  await eventually(async () => {
    const [rows] = await books.sql.query('SELECT 1 FROM orders WHERE id = ? AND due_at IS NULL', id)
    expect(rows).toHaveLength(1)
  })
  const lines = [{ sku: member.sku, quantity: 2n }]
  const bought = { id, lines, total: order?.total?.amount ?? 0n, at: books.clock.now() }
  shelve(books.shelf, bought, isSold ? 'sold' : 'nothing')
  return { ...member, id, bought }
}

/** Later: nothing that was done so far is work under way any more. */
const aged = async ({ sweep, sql, clock }: BookShop, ms = 45_000) => {
  await sweep()
  await eventually(async () => {
    const [rows] = await sql.query('SELECT 1 FROM outbox WHERE sent_at IS NULL')
    expect(rows).toEqual([])
  })
  clock.advance(ms)
}

const longAgo = new Date(0)

describe('the books', () => {
  it('agree after a purchase, a decline and a cancelled order', async () => {
    await using books = await startBooks()
    const { shelf, check } = books
    const cancelled = await anOrder(books)
    await cancelled.order.cancelOrder({ id: cancelled.id, orderToken: undefined })
    shelve(shelf, { ...cancelled.bought, at: books.clock.now() }, 'given back')
    await anOrder(books)
    await anOrder(books, 'tok_declined')
    shelf.stock.set('MUG', { sku: 'MUG', onHand: 5n, held: 1n, movements: 5n, liveHolds: 1n })
    await aged(books)

    const answer = await check()

    expect(broken(answer)).toEqual({})
    expect(answer.consistent).toBe(true)
    expect(Number(answer.checkedAt) - Number(answer.cut)).toBe(30_000)
    const counts = answer.invariants.map(({ id, checked }) => [id, Number(checked)])
    expect(Object.fromEntries(counts)).toEqual({
      I1: 1,
      I2: 1,
      I4: 3,
      I5: 3,
      I6: 2,
      I7: 3,
      I9: 8,
      I10: 3,
      I11: 2,
      I12: 3,
      I13: 3,
    })
  })

  it('name the order, and say what is wrong', async () => {
    await using books = await startBooks()
    const { sql, check } = books
    const { id } = await anOrder(books)
    await aged(books)
    await sql.query('UPDATE order_lines SET unit_price = unit_price - 1 WHERE order_id = ?', [id])

    const answer = await check()

    expect(answer.consistent).toBe(false)
    expect(answer.invariants.find(({ holds }) => !holds)).toEqual({
      id: 'I12',
      title: 'A total is the sum of its frozen lines and stored charges',
      holds: false,
      checked: expect.anything(),
      violationCount: 1n,
      violations: [{ subject: id, message: 'lines come to 3996, the subtotal is 3998' }],
    })
    await sql.query('UPDATE order_lines SET unit_price = unit_price + 1 WHERE order_id = ?', [id])
    expect(broken(await check())).toEqual({})
  })

  it('read from their own rows what each invariant wants', async () => {
    await using books = await startBooks()
    const { sql, check } = books
    const { id } = await anOrder(books)
    await aged(books)
    const breaks: readonly (readonly [string, string, string])[] = [
      [
        'I10',
        'UPDATE outbox SET topic = "order.failed.v1" WHERE aggregate_id = ?',
        'UPDATE outbox SET topic = "order.paid.v1" WHERE aggregate_id = ?',
      ],
      [
        'I13',
        'UPDATE order_timeline SET status = "PAYMENT_PENDING" WHERE event = "order.placed" AND order_id = ?',
        'UPDATE order_timeline SET status = "PENDING" WHERE event = "order.placed" AND order_id = ?',
      ],
      [
        'I5',
        'UPDATE orders SET cart_key = "guest:x" WHERE id = ?',
        'UPDATE orders SET cart_key = CONCAT("member:", user_id) WHERE id = ?',
      ],
      [
        'I9',
        'UPDATE orders SET due_at = created_at - INTERVAL 1 HOUR WHERE id = ?',
        'UPDATE orders SET due_at = NULL WHERE id = ?',
      ],
      [
        'I4',
        'UPDATE orders SET refunded = 1 WHERE id = ?',
        'UPDATE orders SET refunded = 0 WHERE id = ?',
      ],
    ]
    for (const [invariant, harm, undo] of breaks) {
      await sql.query(harm, [id])
      expect(broken(await check(true))).toEqual({ [invariant]: [id] })
      await sql.query(undo, [id])
    }
    expect(broken(await check())).toEqual({})
  })

  it('hear of money, goods, stock, carts, backlogs and lost orders from the others', async () => {
    await using books = await startBooks()
    const { shelf, sql, check } = books
    const { id } = await anOrder(books)
    const [orphan, lost] = [systemIds.next(), systemIds.next()]
    await aged(books)
    const sold = { lines: [{ sku: 'MUG', quantity: 1n }], total: 5n, at: longAgo }
    shelve(shelf, { ...sold, id: orphan }, 'sold')
    shelf.provider.set(id, { ...shelf.provider.get(id)!, captures: 2 })
    shelf.stock.set('MUG', { sku: 'MUG', onHand: 6n, held: 1n, movements: 5n, liveHolds: 1n })
    shelf.leftInCart.add(id)
    shelf.backlogs.set('user', { openDeadLetters: 2n })
    await sql.query(
      `INSERT INTO order_keys (principal, idem_key, order_id, fingerprint, created_at)
       VALUES ('guest:x', ?, ?, 'f', '2020-01-01')`,
      [lost, lost],
    )

    expect(broken(await check())).toEqual({
      I1: ['MUG'],
      I4: [id],
      I5: [lost],
      I6: [orphan],
      I7: [orphan],
      I9: ['user'],
      I11: [id],
    })

    await sql.query('DELETE FROM order_keys WHERE order_id = ?', [lost])
    for (const rows of [shelf.holds, shelf.payments, shelf.provider]) rows.delete(orphan)
    shelf.provider.set(id, { ...shelf.provider.get(id)!, captures: 1 })
    shelf.stock.clear()
    shelf.leftInCart.clear()
    shelf.backlogs.clear()
    expect(broken(await check())).toEqual({})
  })
})

describe('work under way', () => {
  it('is left out until it is thirty seconds old', async () => {
    await using books = await startBooks()
    const { shelf, check } = books
    const { id } = await anOrder(books)
    shelf.payments.delete(id) // payment has not heard of it, as it were
    expect(broken(await check())).toEqual({})
    await aged(books)
    expect(broken(await check())).toEqual({ I4: [id], I6: [id] })
  })

  it('is looked at again before it is called a break: a store may have been read too early', async () => {
    await using books = await startBooks()
    const { shelf, check } = books
    const { id, bought } = await anOrder(books)
    await aged(books)
    shelf.payments.delete(id)
    books.meanwhile(() => shelve(shelf, { ...bought, at: longAgo }, 'sold'))
    expect(broken(await check(true))).toEqual({})
  })

  it('says nothing of a provider that keeps no ledger', async () => {
    await using books = await startBooks()
    const { shelf, check } = books
    const { id } = await anOrder(books)
    await aged(books)
    shelf.provider.delete(id)
    expect(broken(await check())).toEqual({ I4: [id] })
    shelf.hideProvider()
    expect(broken(await check())).toEqual({})
  })
})

describe('the watermark', () => {
  it('passes over what agreed, until something happens to it; a full check reads all', async () => {
    await using books = await startBooks()
    const { shelf, sql, check } = books
    const { id, ...member } = await anOrder(books)
    books.clock.advance(15 * 60_000)
    await sql.query('UPDATE outbox SET sent_at = UTC_TIMESTAMP(3) WHERE sent_at IS NULL')
    expect(checkedOf(await check(), 'I12')).toBe(1)
    expect(checkedOf(await check(), 'I12')).toBe(0)

    await sql.query('UPDATE orders SET subtotal = subtotal + 1 WHERE id = ?', [id])
    expect(broken(await check())).toEqual({})
    expect(broken(await check(true))).toEqual({ I12: [id] })
    expect(broken(await check())).toEqual({ I12: [id] }) // known to be open from now on
    await sql.query('UPDATE orders SET subtotal = subtotal - 1 WHERE id = ?', [id])
    expect(broken(await check())).toEqual({})
    expect(checkedOf(await check(), 'I12')).toBe(0)

    await member.order.cancelOrder({ id, orderToken: undefined })
    shelve(shelf, { ...member.bought, at: books.clock.now() }, 'sold') // as if nothing came back
    books.clock.advance(45_000)
    expect(Object.keys(broken(await check()))).toEqual(['I4', 'I7'])
    shelve(shelf, { ...member.bought, at: longAgo }, 'given back')
    expect(broken(await check())).toEqual({})
  })
})

describe('a check', () => {
  it('is for operators', async () => {
    await using books = await startBooks()
    const { kind } = (await refusalOf(books.as(systemIds.next()).checkBooks({ full: false }))) ?? {}
    expect(kind).toBe('forbidden')
  })

  it('is made once at a time', async () => {
    await using books = await startBooks()
    const { shelf, check } = books
    const { id } = await anOrder(books)
    await aged(books)
    shelf.holds.delete(id)
    let second: Promise<unknown> = Promise.resolve()
    books.meanwhile(async () => {
      second = refusalOf(check())
      await second
    })
    await check()
    expect(await second).toMatchObject({ kind: 'conflict', code: 'books_in_progress' })
  })

  it('finds nothing out when a store does not answer', async () => {
    await using books = await startBooks()
    const { check } = books
    books.sidecar.answer('product', 'ListStockBooks', away)
    const refusal = await refusalOf(check())
    expect(refusal).toMatchObject({ kind: 'unavailable', code: 'dependency_unavailable' })
  })
})
