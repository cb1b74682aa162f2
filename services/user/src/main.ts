import { apps } from '@micromart/contracts'
import { runMain } from '@micromart/service'
import { readConfig } from './config.ts'
import { startUser } from './service.ts'

await runMain(apps.user, () => readConfig(process.env), startUser)
