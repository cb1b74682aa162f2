import { type Database, deleteAll, inTransaction } from '@micromart/store'
import type { EntityManager } from 'typeorm'
import { AccountGone } from '../model/errors.ts'
import { codeRule, oneMore } from '../model/login-throttle.ts'
import type { SecondFactors } from '../model/ports.ts'
import type { Prove, SecondFactor } from '../model/second-factor.ts'
import { lockAccount } from './account-roles.ts'
import { addMail } from './mails-mysql.ts'
import { accountRows, recoveryCodeRows, type TotpRow, totpRows } from './rows.ts'
import { endSessions } from './sessions-mysql.ts'

const dayMs = 24 * 60 * 60_000

const factorOf = (row: TotpRow): SecondFactor => ({
  sealedSecret: row.sealedSecret,
  confirmedAt: row.confirmedAt ?? undefined,
  lastStep: row.lastStep ?? undefined,
  failures: row.failedAt ? { count: row.failures, lastAt: row.failedAt } : undefined,
})

/** With its row locked: attempts at once count, and use up codes, one after the other. */
const lockFactor = async (
  tx: EntityManager,
  accountId: string,
): Promise<SecondFactor | undefined> => {
  const [found]: unknown[] = await tx.query(
    'SELECT account_id FROM totp WHERE account_id = ? FOR UPDATE',
    [accountId],
  )
  if (!found) return undefined
  const row = await tx.findOneBy(totpRows, { accountId })
  return row ? factorOf(row) : undefined
}

/** A recovery code goes when it is used; a step stays as the last one. */
const isProven = async (
  tx: EntityManager,
  accountId: string,
  proof: ReturnType<Prove>,
): Promise<boolean> => {
  if (proof === undefined) return false
  if ('step' in proof) return true
  const { affected } = await tx.delete(recoveryCodeRows, {
    accountId,
    digest: proof.recoveryDigest,
  })
  return affected === 1
}

/** Judges a proof and writes down what came of it. */
const judge = async (
  tx: EntityManager,
  accountId: string,
  factor: SecondFactor,
  at: Date,
  prove: Prove,
): Promise<boolean> => {
  const proof = prove(factor)
  const proven = await isProven(tx, accountId, proof)
  const failures = proven ? undefined : oneMore(codeRule, factor.failures, at)
  await tx.update(
    totpRows,
    { accountId },
    {
      failures: failures?.count ?? 0,
      failedAt: failures?.lastAt ?? null,
      ...(proof && 'step' in proof && { lastStep: proof.step }),
    },
  )
  return proven
}

const begin =
  (db: Database): SecondFactors['begin'] =>
  (accountId, sealedSecret, at) =>
    inTransaction(db, async (tx) => {
      const account = await lockAccount(tx, accountId)
      if (!account) throw new AccountGone()
      if (account.secondFactor) return false
      await tx.delete(totpRows, { accountId })
      await tx.insert(totpRows, { accountId, sealedSecret, startedAt: at, failures: 0 })
      return true
    })

const switchOn = async (
  tx: EntityManager,
  { accountId, at, recoveryDigests, keepSession, mail }: Parameters<SecondFactors['confirm']>[0],
): Promise<void> => {
  await tx.update(totpRows, { accountId }, { confirmedAt: at })
  await tx.delete(recoveryCodeRows, { accountId })
  const codes = recoveryDigests.map((digest) => ({ accountId, digest }))
  await tx.insert(recoveryCodeRows, codes)
  await tx.update(accountRows, { id: accountId }, { secondFactorSince: at })
  await endSessions(tx, accountId, at, keepSession)
  await addMail(tx, mail)
}

/** From here on every living session has shown a code: the others end with it. */
const confirm =
  (db: Database): SecondFactors['confirm'] =>
  (confirmation, prove) =>
    inTransaction(db, async (tx) => {
      const { accountId, at } = confirmation
      if (!(await lockAccount(tx, accountId))) throw new AccountGone()
      const factor = await lockFactor(tx, accountId)
      if (!factor || factor.confirmedAt) return 'absent'
      if (!(await judge(tx, accountId, factor, at, prove))) return 'wrong'
      await switchOn(tx, confirmation)
      return 'confirmed'
    })

export const forgetSecondFactor = async (tx: EntityManager, accountId: string): Promise<void> => {
  await tx.delete(recoveryCodeRows, { accountId })
  await tx.delete(totpRows, { accountId })
}

/** The second factors of `micromart_user`. */
export const secondFactorsMysql = (db: Database): SecondFactors => ({
  status: async (accountId) => {
    const row = await db.manager.findOneBy(totpRows, { accountId })
    if (!row) return undefined
    const recoveryCodes = await db.manager.countBy(recoveryCodeRows, { accountId })
    return { startedAt: row.startedAt, confirmedAt: row.confirmedAt ?? undefined, recoveryCodes }
  },
  attempt: (accountId, at, prove) =>
    inTransaction(db, async (tx) => {
      const factor = await lockFactor(tx, accountId)
      return factor?.confirmedAt ? judge(tx, accountId, factor, at, prove) : false
    }),
  begin: begin(db),
  confirm: confirm(db),
  prune: (now) =>
    deleteAll(db, 'DELETE FROM totp WHERE confirmed_at IS NULL AND started_at < ?', [
      new Date(now.getTime() - dayMs),
    ]),
  remove: (accountId, mail) =>
    inTransaction(db, async (tx) => {
      const account = await lockAccount(tx, accountId)
      if (!account?.secondFactor) return false
      await forgetSecondFactor(tx, accountId)
      await tx.update(accountRows, { id: accountId }, { secondFactorSince: null })
      await addMail(tx, mail)
      return true
    }),
})
