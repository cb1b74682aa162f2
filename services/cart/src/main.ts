import { apps } from '@micromart/contracts'
import { runMain } from '@micromart/service'
import { readConfig } from './config.ts'
import { startCart } from './service.ts'

await runMain(apps.cart, () => readConfig(process.env), startCart)
