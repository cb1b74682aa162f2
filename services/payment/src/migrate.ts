import { apps } from '@micromart/contracts'
import { createLog, readSettings } from '@micromart/service'
import { migrate } from '@micromart/store'
import { z } from 'zod'
import { migrations } from './repository/migrations/index.ts'

const env = readSettings(z.object({ MICROMART_MIGRATE_URL: z.url() }), process.env)
await migrate({ url: env.MICROMART_MIGRATE_URL, migrations, log: createLog(apps.payment) })
