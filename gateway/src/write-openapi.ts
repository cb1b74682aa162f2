import { openapiText } from './http/openapi.ts'
import { table } from './routes/index.ts'

process.stdout.write(openapiText(table))
