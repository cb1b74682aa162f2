import { text } from 'node:stream/consumers'
import { systemClock, systemIds } from '@micromart/kernel'
import { openDatabase, outboxRows } from '@micromart/store'
import { z } from 'zod'
import { readSeedConfig } from './config.ts'
import { passwordsArgon2 } from './crypto/passwords-argon2.ts'
import { secretsNode } from './crypto/secrets-node.ts'
import { accountsMysql } from './repository/accounts-mysql.ts'
import { migrations } from './repository/migrations/index.ts'
import { userRows } from './repository/rows.ts'
import { seedAccounts } from './usecase/seed-accounts.ts'

const wishes = z.array(
  z.strictObject({
    email: z.string(),
    password: z.string().min(8).max(256),
    name: z.string(),
    roles: z.array(z.string()),
  }),
)

const { USER_DATABASE_URL: url, SHOP_ENV } = readSeedConfig(process.env)
const wanted = wishes.parse(JSON.parse(await text(process.stdin)))
await using db = await openDatabase({ url, entities: [...userRows, outboxRows], migrations })
const cost = { memoryKib: 19_456, passes: 2, lanes: 1 }
const seed = seedAccounts({
  accounts: accountsMysql(db, systemIds),
  passwords: await passwordsArgon2(cost, { running: 1, waiting: 1 }, secretsNode.token()),
  clock: systemClock,
  ids: systemIds,
  isDemo: SHOP_ENV === 'local',
})
const changed = await seed(wanted)
process.stdout.write(`${String(changed)}\n`)
