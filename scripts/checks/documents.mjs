/** The pages that are generated: writes them with `--write`, compares them otherwise. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { format } from 'prettier'
import { root } from '../lib/machine/paths.mjs'
import { callsPage } from './calls.mjs'
import { environmentPage } from './environment.mjs'

const pages = { 'docs/calls.md': callsPage(), 'docs/environment.md': await environmentPage() }
const options = { parser: 'markdown', semi: false, singleQuote: true, printWidth: 100 }

for (const [name, text] of Object.entries(pages)) {
  const path = join(root, name)
  const page = await format(text, options)
  if (process.argv.includes('--write')) writeFileSync(path, page)
  else if (!existsSync(path) || readFileSync(path, 'utf8') !== page) {
    console.error(`${name} is not up to date: npm run generate`)
    process.exitCode = 1
  }
}
// Imported parts may have started timers; the pages are done.
process.exit()
