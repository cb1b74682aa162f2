import { apps } from '@micromart/contracts'
import { type Clock, DomainError } from '@micromart/kernel'
import { alone, type Database, readBacklog } from '@micromart/store'
import type { OwnBooks } from '../model/book-ports.ts'
import { bookMarks } from './book-marks.ts'
import { bookPages } from './book-pages.ts'
import { rememberBooks } from './book-results.ts'

/** Of this database: the server's names are shared. */
const lockName = `CONCAT(LEFT(DATABASE(), 50), '.books')`

/** A lock of the server, on a connection of its own: it ends with the check, also when this process ends. */
const oneAtATime =
  (db: Database): OwnBooks['alone'] =>
  async (work) => {
    const runner = db.createQueryRunner()
    try {
      const rows: readonly { readonly got: unknown }[] = await alone(() =>
        runner.query(`SELECT GET_LOCK(${lockName}, 0) AS got`),
      )
      if (Number(rows[0]?.got) !== 1) throw new DomainError('conflict', 'books_in_progress')
      try {
        return await work()
      } finally {
        await runner.query(`DO RELEASE_LOCK(${lockName})`)
      }
    } finally {
      await runner.release()
    }
  }

const mostLost = 1_000

const ownBacklog = (db: Database, clock: Clock) => async () => {
  const { unsent, openDeadLetters, abandonedKeys, ...backlog } = await readBacklog(db, clock)
  return {
    app: apps.order,
    ...backlog,
    unsent: BigInt(unsent),
    openDeadLetters: BigInt(openDeadLetters),
    abandonedKeys: BigInt(abandonedKeys),
  }
}

/** Orders' own side of the books. */
export const booksMysql = (db: Database, clock: Clock): OwnBooks => ({
  ...bookPages(db),
  backlog: ownBacklog(db, clock),
  alone: oneAtATime(db),
  marks: bookMarks(db),
  remember: rememberBooks(db),
  lost: async (before) => {
    const rows: readonly { readonly order_id: string }[] = await alone(() =>
      db.query(
        `SELECT k.order_id FROM order_keys k LEFT JOIN orders o ON o.id = k.order_id
          WHERE o.id IS NULL AND k.created_at < ? LIMIT ${mostLost}`,
        [before],
      ),
    )
    return rows.map(({ order_id: id }) => id)
  },
})
