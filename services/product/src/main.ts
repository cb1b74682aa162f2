import { apps } from '@micromart/contracts'
import { runMain } from '@micromart/service'
import { readConfig } from './config.ts'
import { startProduct } from './service.ts'

await runMain(apps.product, () => readConfig(process.env), startProduct)
