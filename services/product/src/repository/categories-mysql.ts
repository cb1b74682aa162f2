import { insertAll, inTransaction, isDuplicate, recordAudit, select } from '@micromart/store'
import type { DataSource, EntityManager } from 'typeorm'
import type { Category } from '../model/category.ts'
import { HandleTaken } from '../model/errors.ts'
import type { Categories } from '../model/ports.ts'
import { tables } from './rows.ts'

type Row = Omit<Category, 'parentId'> & { readonly parentId: string | null }

export const readCategories = async (
  db: DataSource | EntityManager,
): Promise<readonly Category[]> => {
  const sql = 'SELECT id, handle, title, position, parent_id AS parentId FROM categories'
  const rows = await select<Row>(db, sql)
  return rows.map((row) => ({ ...row, parentId: row.parentId ?? undefined }))
}

export const categoriesMysql = (db: DataSource): Categories => ({
  all: () => readCategories(db),
  add: async ({ parentId, ...category }, entry) => {
    try {
      const row = { ...category, parentId: parentId ?? null }
      await inTransaction(db, async (tx) => {
        await insertAll(tx, tables.categories, [row])
        await recordAudit(tx, entry)
      })
    } catch (error) {
      throw isDuplicate(error, 'categories_handle')
        ? new HandleTaken(category.handle, error)
        : error
    }
  },
})
