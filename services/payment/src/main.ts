import { apps } from '@micromart/contracts'
import { runMain } from '@micromart/service'
import { readConfig } from './config.ts'
import { startPayment } from './service.ts'

await runMain(apps.payment, () => readConfig(process.env), startPayment)
