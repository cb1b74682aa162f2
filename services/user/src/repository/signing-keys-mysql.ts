import { type Database, inTransaction, isDuplicate, recordAudit } from '@micromart/store'
import { type EntityManager, IsNull } from 'typeorm'
import type { SigningKeys } from '../model/ports.ts'
import type { SigningKey } from '../model/signing-key.ts'
import { type SigningKeyRow, signingKeyRows } from './rows.ts'

const keyOf = ({ x, y, ...row }: SigningKeyRow): SigningKey => ({
  kid: row.kid,
  slot: row.slot ?? 'retired',
  publicJwk: { kty: 'EC', crv: 'P-256', x, y },
  sealedPrivate: row.sealedPrivate,
  createdAt: row.createdAt,
  activeSince: row.activeSince ?? undefined,
  retiredAt: row.retiredAt ?? undefined,
  rotationAskedAt: row.rotationAskedAt ?? undefined,
})

const rowOf = ({ publicJwk: { x, y }, ...key }: SigningKey): SigningKeyRow => ({
  kid: key.kid,
  slot: key.slot === 'retired' ? null : key.slot,
  x,
  y,
  sealedPrivate: key.sealedPrivate,
  createdAt: key.createdAt,
  activeSince: key.activeSince ?? null,
  retiredAt: key.retiredAt ?? null,
  rotationAskedAt: key.rotationAskedAt ?? null,
})

/** Replicas that start or rotate at once agree by the unique key on `slot`: the second one finds it taken. */
const add =
  (db: Database): SigningKeys['add'] =>
  async (key, entry) => {
    try {
      await inTransaction(db, async (tx) => {
        await tx.insert(signingKeyRows, rowOf(key))
        await recordAudit(tx, entry)
      })
      return true
    } catch (error) {
      if (isDuplicate(error, 'signing_key_slot')) return false
      throw error
    }
  }

/** The next key signs from here on. @throws Error when it is gone: nothing of the transaction happens */
const activate = async (tx: EntityManager, next: string, at: Date): Promise<void> => {
  const used = { slot: 'active', activeSince: at } as const
  const { affected } = await tx.update(signingKeyRows, { kid: next, slot: 'next' }, used)
  if (affected !== 1) throw new Error('The next signing key is gone')
}

const promote =
  (db: Database): SigningKeys['promote'] =>
  ({ active, next, at }, entry) =>
    inTransaction(db, async (tx) => {
      const retired = await tx.update(
        signingKeyRows,
        { kid: active, slot: 'active' },
        { slot: null, retiredAt: at },
      )
      if (retired.affected !== 1) return false
      await activate(tx, next, at)
      await recordAudit(tx, entry)
      return true
    })

const replace =
  (db: Database): SigningKeys['replace'] =>
  ({ active, next, at }, entries) =>
    inTransaction(db, async (tx) => {
      const { affected } = await tx.delete(signingKeyRows, { kid: active, slot: 'active' })
      if (affected !== 1) return false
      await activate(tx, next, at)
      for (const entry of entries) await recordAudit(tx, entry)
      return true
    })

/** The signing keys of `micromart_user`; their private halves are sealed. */
export const signingKeysMysql = (db: Database): SigningKeys => ({
  all: async () => {
    const rows = await db.manager.find(signingKeyRows, { order: { createdAt: 'ASC', kid: 'ASC' } })
    return rows.map(keyOf)
  },
  add: add(db),
  promote: promote(db),
  replace: replace(db),
  askRotation: (active, at, entry) =>
    inTransaction(db, async (tx) => {
      const asked = { kid: active, slot: 'active', rotationAskedAt: IsNull() } as const
      const { affected } = await tx.update(signingKeyRows, asked, { rotationAskedAt: at })
      if (affected === 1) await recordAudit(tx, entry)
    }),
  forget: (kid, entry) =>
    inTransaction(db, async (tx) => {
      const { affected } = await tx.delete(signingKeyRows, { kid })
      if (affected === 1) await recordAudit(tx, entry) // another replica has not done it meanwhile
    }),
})
