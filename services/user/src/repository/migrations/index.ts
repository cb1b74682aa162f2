import { auditMigrations } from '@micromart/store'
import { createAccountFlows } from './account-flows.ts'
import { createDeadLetters, createKeptAnswers } from './operations.ts'
import { createUsers } from './create-users.ts'
import { createOAuth } from './oauth.ts'
import { createErasures } from './erasures.ts'

/** In the order in which they run. */
export const migrations = [
  ...createUsers,
  ...createKeptAnswers,
  ...createDeadLetters,
  ...createAccountFlows,
  ...auditMigrations(1_763_800_000_500),
  ...createOAuth,
  ...createErasures,
]
