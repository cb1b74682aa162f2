import type { Ids } from '@micromart/kernel'
import {
  addEvent,
  type Connection,
  type Database,
  inStatement,
  inTransaction,
  marks,
  recordAudit,
  write,
} from '@micromart/store'
import type { EntityManager } from 'typeorm'
import type { Change, Fact } from '../model/change.ts'
import type { Order } from '../model/order.ts'
import type { Orders } from '../model/ports.ts'
import { cameToNothing } from '../model/status.ts'
import { messageOf } from './order-events.ts'
import { changing, lineRowsOf } from './order-mapping.ts'
import { writeRefunds } from './refunds-mysql.ts'
import { ordersTable } from './rows.ts'
import { addEntries } from './timeline-mysql.ts'

const changed = ordersTable.assignments('o', [
  'status',
  'version',
  'paymentStatus',
  'nextAction',
  'subtotal',
  'shipping',
  'tax',
  'discount',
  'total',
  'refunded',
  'openRefund',
  'carrier',
  'trackingCode',
  'stockClaimed',
  'holdUntil',
  'dueAt',
  'tries',
  'updatedAt',
])

type Part = { readonly join: string; readonly set: string; readonly values: readonly unknown[] }

/** Titles and prices by line number, when they have become known. */
const pricesOf = ({ from, to }: Change): Part | undefined => {
  if (from.lines === to.lines) return undefined
  const lines = lineRowsOf(to)
  const ofLine = `ELT(l.line, ${marks(lines)})`
  return {
    join: 'JOIN order_lines l ON l.order_id = o.id',
    set: `, l.title = ${ofLine}, l.unit_price = ${ofLine}`,
    values: [
      ...lines.map(({ title }) => title),
      ...lines.map(({ unitPrice }) => String(unitPrice)),
    ],
  }
}

/** A key that was freed has no row any more, hence the LEFT JOIN. */
const answerOf = ({ key }: Change): Part | undefined => {
  if (!key || key.effect === 'free') return undefined
  return {
    join: 'LEFT JOIN order_keys k ON k.order_id = o.id',
    set: ', k.locked_until = NULL, k.frozen = ?',
    values: [key.effect === 'freeze' ? JSON.stringify(key.frozen) : null],
  }
}

/**
 * The order with its prices and its key's answer, in one statement. The WHERE is the check: of two writers who read the same
 * version one finds no row.
 */
const updateRows = async (db: Connection, change: Change): Promise<boolean> => {
  const { from, to } = change
  const parts = [pricesOf(change), answerOf(change)].filter((part) => part !== undefined)
  const matched = await write(
    db,
    `UPDATE orders o ${parts.map(({ join }) => join).join(' ')}
        SET ${changed.text}${parts.map(({ set }) => set).join('')}
      WHERE o.id = ? AND o.status = ? AND o.version = ?`,
    [
      ...changed.valuesOf(changing(to)),
      ...parts.flatMap(({ values }) => values),
      from.id,
      from.status,
      from.version,
    ],
  )
  return matched > 0
}

const freeKey = (tx: EntityManager, orderId: string) =>
  write(tx, 'DELETE FROM order_keys WHERE order_id = ?', [orderId])

const freeCart = (tx: EntityManager, orderId: string) =>
  write(tx, 'DELETE FROM cart_checkout WHERE order_id = ?', [orderId])

const tell = async (tx: EntityManager, id: string, order: Order, fact: Fact): Promise<void> => {
  await addEvent(tx, {
    ...messageOf(fact, order),
    id,
    aggregateId: order.id,
    occurredAt: order.updatedAt,
  })
}

type Deps = { readonly db: Database; readonly ids: Ids; readonly told: Told }

/** What a commit tells this process at once; others find it by looking. */
export type Told = {
  /** An event waits for the relay. */
  readonly event: () => void
  /** An order's timeline has grown. */
  readonly entries: (orderId: string) => void
}

/** Whether one statement is all there is to write: it needs no transaction around it. */
const isPlain = ({ from, to, entries, key, facts, refunds, audit }: Change): boolean =>
  from.status === to.status && entries.length === 0 && !key && !facts && !refunds && !audit

export const saveOrder =
  ({ db, ids, told }: Deps): Orders['save'] =>
  async (asked) => {
    const { from, entries, key, facts = [], refunds, audit } = asked
    const to = { ...asked.to, version: from.version + 1 }
    const change = { ...asked, to }
    const whole = async (tx: EntityManager): Promise<boolean> => {
      if (!(await updateRows(tx, change))) return false
      await addEntries(tx, to.id, entries)
      if (refunds) await writeRefunds(tx, refunds)
      if (from.status !== to.status && cameToNothing(to.status)) await freeCart(tx, to.id)
      if (key?.effect === 'free') await freeKey(tx, to.id)
      for (const fact of facts) await tell(tx, ids.next(), to, fact)
      if (audit) await recordAudit(tx, audit)
      return true
    }
    const written = isPlain(change)
      ? await inStatement(db, (tx) => updateRows(tx, change))
      : await inTransaction(db, whole)
    if (written && facts.length > 0) told.event()
    if (written && entries.length > 0) told.entries(to.id)
    return written ? to : undefined
  }
