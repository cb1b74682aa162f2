import { apps } from '@micromart/contracts'
import { runMain } from '@micromart/service'
import { readConfig } from './config.ts'
import { startGateway } from './service.ts'

await runMain(apps.gateway, () => readConfig(process.env), startGateway)
