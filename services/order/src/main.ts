import { apps } from '@micromart/contracts'
import { runMain } from '@micromart/service'
import { readConfig } from './config.ts'
import { startOrder } from './service.ts'

await runMain(apps.order, () => readConfig(process.env), startOrder)
