import { sqlMigration } from '@micromart/store'

/** One row: what the last check of the books found, for whoever watches. */
const results = `CREATE TABLE IF NOT EXISTS book_results (
  id TINYINT UNSIGNED NOT NULL PRIMARY KEY,
  checked_at DATETIME(3) NOT NULL,
  consistent TINYINT NOT NULL,
  violations TEXT CHARACTER SET ascii COLLATE ascii_bin NOT NULL
) ENGINE = InnoDB`

export const createBookResults = sqlMigration('CreateBookResults1763800000030', [results])
