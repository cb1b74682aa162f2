import { type Database, inTransaction, isDuplicate, marks, write } from '@micromart/store'
import type { EntityManager } from 'typeorm'
import { type Cart, linesLeft, mayStillHold } from '../model/cart.ts'
import { AccountErased } from '../model/errors.ts'
import { type Order, unpriced } from '../model/order.ts'
import type { Opened, Opening, Orders } from '../model/ports.ts'
import type { WantedLine } from '../model/stock.ts'
import { happened } from '../model/timeline.ts'
import { lineRowsOf, orderRowOf } from './order-mapping.ts'
import { cartCheckoutTable, keysTable, linesTable, ordersTable } from './rows.ts'

/** Rolls the transaction back and becomes the answer. */
class Taken extends Error {
  readonly by: Opened

  constructor(by: Opened) {
    super('taken')
    this.by = by
  }
}

const takenIfDuplicate = async (
  written: Promise<unknown>,
  key: string,
  by: () => Promise<Opened> | Opened,
): Promise<void> => {
  try {
    await written
  } catch (error) {
    if (isDuplicate(error, key)) throw new Taken(await by())
    throw error
  }
}

const bindKey = (tx: EntityManager, { key, row, order }: Opening): Promise<void> => {
  const { orderId, fingerprint } = row
  const bound = {
    principal: key.principal,
    idemKey: key.key,
    orderId,
    fingerprint,
    traceId: row.traceId ?? null,
    lockedUntil: row.lockedUntil ?? null,
    frozen: null,
    createdAt: order.createdAt,
  }
  const written = keysTable.insert(tx, [bound])
  return takenIfDuplicate(written, 'PRIMARY', () => ({ taken: 'key' }))
}

/**
 * Checkouts of one cart, and of those merged into it, go one after another from here to the commit: READ COMMITTED alone
 * would let two of them, at different versions, miss each other's lines.
 */
const lockCarts = async (tx: EntityManager, { id, mergedCartIds }: Cart, at: Date) => {
  const ids = [id, ...mergedCartIds].toSorted() // one order of locks for all
  await tx.query(
    `INSERT INTO cart_locks (cart_id, locked_at) VALUES ${ids.map(() => '(?, ?)').join(', ')}
     ON DUPLICATE KEY UPDATE locked_at = VALUES(locked_at)`,
    ids.flatMap((cartId) => [cartId, at]),
  )
}

const takeVersion = (tx: EntityManager, { cart, order }: Opening): Promise<void> => {
  const { id: cartId, version } = cart
  const written = cartCheckoutTable.insert(tx, [{ cartId, version, orderId: order.id }])
  return takenIfDuplicate(written, 'PRIMARY', async () => {
    const where = 'WHERE cart_id = ? AND version = ?'
    const [other] = await cartCheckoutTable.select(tx, where, [cartId, version])
    return { taken: 'cart', orderId: other?.orderId ?? '' }
  })
}

type BoughtRow = { readonly order_id: string; readonly sku: string; readonly quantity: number }

/** What other live orders of the cart have bought and `order.paid` has not yet taken out of it. */
const boughtOf = async (
  tx: EntityManager,
  { cart, order }: Opening,
): Promise<readonly WantedLine[]> => {
  const carts = [cart.id, ...cart.mergedCartIds]
  const others = [order.id, ...cart.takenOrderIds]
  const rows: readonly BoughtRow[] = await tx.query(
    `SELECT l.order_id, l.sku, l.quantity
       FROM cart_checkout c JOIN order_lines l ON l.order_id = c.order_id
      WHERE c.cart_id IN (${marks(carts)}) AND c.order_id NOT IN (${marks(others)})`,
    [...carts, ...others],
  )
  return rows.filter(({ order_id: id }) => mayStillHold(cart, id))
}

const writeOrder = async (tx: EntityManager, order: Order): Promise<void> => {
  const written = ordersTable.insert(tx, [orderRowOf(order)])
  await takenIfDuplicate(written, 'orders_number', () => ({ taken: 'number' }))
  await linesTable.insert(tx, lineRowsOf(order))
  await tellPlaced(tx, order)
}

/**
 * The first entry, unless the account is erased: its token lives a little longer. Looked for behind the order's own row, and
 * waiting for a marker in the making: whichever of the two comes second sees the other.
 */
const tellPlaced = async (tx: EntityManager, order: Order): Promise<void> => {
  const { id, createdAt, userId } = order
  const { at, status, event, message, actor } = happened('order.placed', {
    ...order,
    at: createdAt,
  })
  const told = await write(
    tx,
    `INSERT INTO order_timeline (order_id, at, status, event, message, actor)
     SELECT ?, ?, ?, ?, ?, ? FROM DUAL
      WHERE NOT EXISTS (SELECT user_id FROM erased_users WHERE user_id = ? LOCK IN SHARE MODE)`,
    [id, at, status, event, message, actor, userId ?? ''],
  )
  if (told === 0) throw new AccountErased()
}

/** The key first, so that a repeat waits here for this one's commit and then finds it. */
const writeAll = async (tx: EntityManager, opening: Opening): Promise<Opened> => {
  const { cart, order } = opening
  await bindKey(tx, opening)
  await lockCarts(tx, cart, order.createdAt)
  await takeVersion(tx, opening)
  const left = linesLeft(cart.lines, await boughtOf(tx, opening))
  if (left.length === 0) throw new Taken({ taken: 'all' })
  const { currency } = order.totals.total
  const opened = { ...order, lines: left.map((line) => unpriced(line, currency)) }
  await writeOrder(tx, opened)
  return { opened }
}

export const openOrder =
  (db: Database): Orders['open'] =>
  async (opening) => {
    try {
      return await inTransaction(db, (tx) => writeAll(tx, opening))
    } catch (error) {
      if (error instanceof Taken) return error.by
      throw error
    }
  }
