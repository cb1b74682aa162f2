import { apps } from '@micromart/contracts'
import { createLog } from '@micromart/service'
import { migrate } from '@micromart/store'
import { readMigrateConfig } from './config.ts'
import { migrations } from './repository/migrations/index.ts'

const { MICROMART_MIGRATE_URL: url } = readMigrateConfig(process.env)
await migrate({ url, migrations, log: createLog(apps.product) })
