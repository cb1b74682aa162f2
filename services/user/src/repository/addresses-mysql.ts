import { type Database, inTransaction } from '@micromart/store'
import { type Address, addressLimit, type SavedAddress } from '../model/address.ts'
import { AccountGone, AddressLimit } from '../model/errors.ts'
import type { Addresses } from '../model/ports.ts'
import { lockAccount } from './account-roles.ts'
import { type AddressRow, addressRows } from './rows.ts'

const savedOf = (row: AddressRow): SavedAddress => ({
  id: row.id,
  address: {
    name: row.name,
    line1: row.line1,
    line2: row.line2 ?? undefined,
    city: row.city,
    region: row.region ?? undefined,
    postalCode: row.postalCode,
    country: row.country,
    phone: row.phone ?? undefined,
  },
})

const columnsOf = (address: Address) => ({
  ...address,
  line2: address.line2 ?? null,
  region: address.region ?? null,
  phone: address.phone ?? null,
})

/** The account's lock makes two additions count one after the other. */
const add =
  (db: Database): Addresses['add'] =>
  (accountId, { id, address }, at) =>
    inTransaction(db, async (tx) => {
      if (!(await lockAccount(tx, accountId))) throw new AccountGone()
      const kept = await tx.countBy(addressRows, { accountId })
      if (kept >= addressLimit) throw new AddressLimit(addressLimit)
      await tx.insert(addressRows, { id, accountId, ...columnsOf(address), createdAt: at })
    })

/** The addresses of `micromart_user`: every question names the owner. */
export const addressesMysql = (db: Database): Addresses => ({
  of: async (accountId) => {
    const rows = await db.manager.find(addressRows, { where: { accountId }, order: { id: 'ASC' } })
    return rows.map(savedOf)
  },
  one: async (accountId, id) => {
    const row = await db.manager.findOneBy(addressRows, { accountId, id })
    return row ? savedOf(row) : undefined
  },
  add: add(db),
  replace: async (accountId, id, address) => {
    const columns = columnsOf(address)
    const { affected } = await db.manager.update(addressRows, { accountId, id }, columns)
    return affected === 1
  },
  remove: async (accountId, id) => {
    const { affected } = await db.manager.delete(addressRows, { accountId, id })
    return affected === 1
  },
})
