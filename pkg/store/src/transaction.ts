import { setTimeout as pause } from 'node:timers/promises'
import { metrics } from '@opentelemetry/api'
import type { DataSource, EntityManager } from 'typeorm'
import { databaseFault, isContention } from './faults.ts'

const attempts = 5
const retries = () =>
  metrics.getMeter('@micromart/store').createCounter('micromart_transaction_retries_total', {
    description: 'Transactions run again after a deadlock or a lock timeout',
  })

/** Full jitter, 10 ms doubled per attempt: two losers of one deadlock must not meet again. */
const backoff = (attempt: number): number => Math.random() * 10 * 2 ** attempt

/**
 * Runs work in one transaction (READ COMMITTED). A deadlock rolls the transaction back and a lock timeout only the statement,
 * so the *whole* is rolled back and run again: work has no effect outside the database.
 * @throws DomainError unavailable `database_busy` after five attempts, `database_unavailable` when the server is away
 */
export const inTransaction = async <T>(
  db: DataSource,
  work: (tx: EntityManager) => Promise<T>,
): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.transaction(work)
    } catch (error) {
      if (!isContention(error) || attempt === attempts) throw databaseFault(error) ?? error
      retries().add(1)
      await pause(backoff(attempt))
    }
  }
}
