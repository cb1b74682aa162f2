import { marks, select } from '@micromart/store'
import { isId } from '@micromart/kernel'
import type { DataSource } from 'typeorm'
import type { Products } from '../model/ports.ts'
import type { Stamp } from './announce.ts'
import { listSummaries, listWhole, readFacets } from './list-mysql.ts'
import { findWhole } from './product-read.ts'
import { saveProducts } from './product-write.ts'

const pageSize = 100

const find = (db: DataSource) => async (idOrHandle: string) => {
  const byId = isId(idOrHandle)
  const value = byId ? idOrHandle.toLowerCase() : idOrHandle
  const [product] = await findWhole(db, byId ? 'p.id = ?' : 'p.handle = ?', [value])
  return product
}

const ownersOf =
  (db: DataSource): Products['ownersOf'] =>
  async (skus) => {
    const rows = await select<{ sku: string; productId: string }>(
      db,
      `SELECT sku, product_id AS productId FROM variants WHERE sku IN (${marks(skus)})`,
      skus,
    )
    return new Map(rows.map(({ sku, productId }) => [sku, productId]))
  }

const takenHandles =
  (db: DataSource): Products['takenHandles'] =>
  async (handle) => {
    const rows = await select<{ handle: string }>(
      db,
      'SELECT handle FROM products WHERE handle = ? OR handle LIKE ?',
      [handle, `${handle.replaceAll(/[\\%_]/g, '\\$&')}-%`],
    )
    return new Set(rows.map((row) => row.handle))
  }

const all = (db: DataSource) =>
  async function* () {
    let after = ''
    for (;;) {
      const products = await findWhole(db, `p.id > ? ORDER BY p.id LIMIT ${pageSize}`, [after])
      if (products.length > 0) yield products
      const last = products.at(-1)
      if (last === undefined || products.length < pageSize) return
      after = last.id
    }
  }

/** The catalogue in MySQL or MariaDB. */
export const productsMysql = (db: DataSource, stamp: Stamp): Products => ({
  list: listSummaries(db),
  listWhole: listWhole(db),
  facets: readFacets(db),
  find: find(db),
  findByHandles: (handles) => findWhole(db, `p.handle IN (${marks(handles)})`, handles),
  ownersOf: ownersOf(db),
  takenHandles: takenHandles(db),
  save: saveProducts(db, stamp),
  all: all(db),
})
