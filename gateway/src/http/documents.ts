import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Documents, StaticFile } from '../client/shop.ts'
import { table } from '../routes/index.ts'
import { openapiText } from './openapi.ts'
import { securityTxt, type SecurityTxtSettings } from './security-txt.ts'
import { readFolder, staticFile } from './static-files.ts'

const swaggerParts = new Set(['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'])

/** In a file of its own, so that the page needs no inline script. */
const start = `window.ui = SwaggerUIBundle({ url: '/openapi.json', dom_id: '#swagger-ui', deepLinking: true, validatorUrl: null })\n`

const readDocs = async (): Promise<ReadonlyMap<string, StaticFile>> => {
  const folder = dirname(fileURLToPath(import.meta.resolve('swagger-ui-dist/package.json')))
  const parts = await readFolder(folder, (name) => swaggerParts.has(name))
  return new Map([...parts, ['start.js', staticFile('start.js', Buffer.from(start))]])
}

const isPicture = (name: string): boolean => name.endsWith('.svg')

const accountPages = fileURLToPath(new URL('../../pages', import.meta.url))

type Settings = SecurityTxtSettings & { readonly imagesDir: string }

/** Everything that is served from memory. */
export const readDocuments = async ({ imagesDir, ...contact }: Settings): Promise<Documents> => {
  const [docs, pictures, account] = await Promise.all([
    readDocs(),
    readFolder(imagesDir, isPicture),
    readFolder(accountPages, () => true),
  ])
  const openapi = openapiText(table)
  return { openapi, docs, pictures, account, securityTxt: securityTxt(contact) }
}
