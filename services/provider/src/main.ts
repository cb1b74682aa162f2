import { apps } from '@micromart/contracts'
import { runMain } from '@micromart/service'
import { readConfig } from './config.ts'
import { startProvider } from './service.ts'

await runMain(apps.provider, () => readConfig(process.env), startProvider)
