import { type Database, idempotent, inStatement, type KeyedAnswers, marks } from '@micromart/store'
import type { Clock } from '@micromart/kernel'
import type { EntityManager } from 'typeorm'

/**
 * Answers by idempotency key, each noted under the account that it is about, if any: they hold personal data, which an erasure
 * takes along.
 */
export const keptAnswers = (db: Database, of: { readonly clock: Clock }) => {
  const answers = idempotent(db, of)
  const note = (accountId: string, keyId: string) =>
    inStatement(db, (tx) =>
      tx.query('INSERT INTO kept_answer (account_id, key_id) VALUES (?, ?)', [accountId, keyId]),
    )
  return (accountId: string | undefined): KeyedAnswers =>
    (call, work) =>
      answers(call, async () => {
        if (accountId !== undefined) await note(accountId, call.id)
        return work()
      })
}

/**
 * Forgets all answers about an account, in the transaction of its erasure. Found by a read that does not wait: who is about to
 * answer waits for this very transaction, and then finds the account gone.
 */
export const forgetAnswers = async (tx: EntityManager, accountId: string): Promise<void> => {
  const kept: { id: string }[] = await tx.query(
    'SELECT key_id AS id FROM kept_answer WHERE account_id = ?',
    [accountId],
  )
  if (kept.length === 0) return
  const ids = kept.map(({ id }) => id)
  await tx.query(`DELETE FROM idempotency_keys WHERE id IN (${marks(ids)})`, ids)
}
