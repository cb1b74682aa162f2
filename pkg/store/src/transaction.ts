import { setTimeout as pause } from 'node:timers/promises'
import { counter } from '@micromart/contracts/telemetry'
import type { DataSource, EntityManager } from 'typeorm'
import { ambientTransaction, joined, joinedStatement } from './ambient.ts'
import { databaseFault, isContention } from './faults.ts'

const attempts = 5

/** Made when a database is opened: it counts from 0. */
export const countRetries = () => counter('micromart_transaction_retries_total')

/** Full jitter, 10 ms doubled per attempt: two losers of one deadlock must not meet again. */
const backoff = (attempt: number): number => Math.random() * 10 * 2 ** attempt

const untilWon = async <T>(attempt: () => Promise<T>): Promise<T> => {
  for (let count = 1; ; count += 1) {
    try {
      return await attempt()
    } catch (error) {
      if (!isContention(error) || count === attempts) throw databaseFault(error) ?? error
      countRetries().add(1)
      await pause(backoff(count))
    }
  }
}

/**
 * Runs work in one transaction (READ COMMITTED). A deadlock rolls the transaction back and a lock timeout only the statement,
 * so the *whole* is rolled back and run again: work has no effect outside the database. Inside `asOneTransaction` it is
 * a part of that one, between a savepoint and its end.
 * @throws DomainError unavailable `database_busy` after five attempts, `database_unavailable` when the server is away
 */
export const inTransaction = <T>(
  db: DataSource,
  work: (tx: EntityManager) => Promise<T>,
): Promise<T> => joined(db, work) ?? untilWon(() => db.transaction(work))

/**
 * Runs work that is a *single* statement and so its own transaction: two round trips less than `inTransaction`, and the same
 * repeats and errors.
 */
export const inStatement = <T>(
  db: DataSource,
  work: (tx: EntityManager) => Promise<T>,
): Promise<T> => joinedStatement(db, work) ?? untilWon(() => work(db.manager))

/**
 * Makes one transaction of all that work calls: every `inTransaction`, `inStatement` and statement of this database, however
 * deep, commits with it or not at all. Run again whole like any transaction, so work has no effect elsewhere.
 */
export const asOneTransaction = <T>(
  db: DataSource,
  work: (tx: EntityManager) => Promise<T>,
): Promise<T> => joined(db, work) ?? untilWon(() => ambientTransaction(db, work))
