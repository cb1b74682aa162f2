import { type Database, inTransaction } from '@micromart/store'
import type { EntityManager } from 'typeorm'
import { codeRule, oneMore } from '../model/login-throttle.ts'
import type { SecondFactors } from '../model/ports.ts'
import type { Proof, SecondFactor } from '../model/second-factor.ts'
import { recoveryCodeRows, type TotpRow, totpRows } from './rows.ts'

const factorOf = (row: TotpRow): SecondFactor => ({
  sealedSecret: row.sealedSecret,
  confirmedAt: row.confirmedAt ?? undefined,
  lastStep: row.lastStep ?? undefined,
  failures: row.lastFailureAt ? { count: row.failures, lastAt: row.lastFailureAt } : undefined,
})

const locked = async (tx: EntityManager, accountId: string): Promise<SecondFactor | undefined> => {
  const [found]: unknown[] = await tx.query(
    'SELECT account_id FROM totp WHERE account_id = ? FOR UPDATE',
    [accountId],
  )
  if (!found) return undefined
  const row = await tx.findOneBy(totpRows, { accountId })
  return row ? factorOf(row) : undefined
}

/** A recovery code goes when it is used; the other proof is a step, which stays as the last one. */
const spend = async (tx: EntityManager, accountId: string, proof: Proof): Promise<boolean> => {
  if ('step' in proof) {
    await tx.update(totpRows, { accountId }, { lastStep: proof.step })
    return true
  }
  const { affected } = await tx.delete(recoveryCodeRows, {
    accountId,
    digest: proof.recoveryDigest,
  })
  return affected === 1
}

/** The row is locked meanwhile, so attempts at once count, and use up codes, one after the other. */
const attempt =
  (db: Database): SecondFactors['attempt'] =>
  (accountId, at, prove) =>
    inTransaction(db, async (tx) => {
      const factor = await locked(tx, accountId)
      if (!factor) return false
      const proof = prove(factor)
      const isProven = proof !== undefined && (await spend(tx, accountId, proof))
      const failures = isProven ? undefined : oneMore(codeRule, factor.failures, at)
      const counted = { failures: failures?.count ?? 0, lastFailureAt: failures?.lastAt ?? null }
      await tx.update(totpRows, { accountId }, counted)
      return isProven
    })

/** The second factors of `micromart_user`. */
export const secondFactorsMysql = (db: Database): SecondFactors => ({
  attempt: attempt(db),
})
