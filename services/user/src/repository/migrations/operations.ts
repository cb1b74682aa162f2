import { deadLetterTables, idempotencyTables, sqlMigration } from '@micromart/store'

const ascii = 'CHARACTER SET ascii COLLATE ascii_bin NOT NULL'

// Whom an answer is about: an erasure takes it along. It goes with its key.
const keptAnswer = `CREATE TABLE IF NOT EXISTS kept_answer (
  account_id CHAR(36) ${ascii},
  key_id CHAR(64) ${ascii},
  PRIMARY KEY (account_id, key_id),
  KEY kept_answer_key (key_id),
  CONSTRAINT kept_answer_key FOREIGN KEY (key_id) REFERENCES idempotency_keys (id) ON DELETE CASCADE
) ENGINE = InnoDB`

/** Idempotency keys with their answers, which hold personal data here. */
export const createKeptAnswers = [...idempotencyTables(), keptAnswer].map((statement, index) =>
  sqlMigration(`CreateKeptAnswers${String(1_763_800_000_100 + index)}`, [statement]),
)

/** No event comes in yet: the backlog counts them as in every service. */
export const createDeadLetters = deadLetterTables().map((statement, index) =>
  sqlMigration(`CreateDeadLetters${String(1_763_800_000_200 + index)}`, [statement]),
)
