#!/usr/bin/env node
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { requireShop } from './lib/demo/require-shop.mjs'
import { checkNode, ensureDependencies } from './lib/machine/dependencies.mjs'
import { shopHome } from './lib/machine/paths.mjs'
import { writePrivate } from './lib/shop/secrets.mjs'
import { seedCatalogue } from './lib/shop/seed-catalogue.mjs'
import { commandLine, main } from './lib/terminal/command-line.mjs'
import { createSay } from './lib/terminal/say.mjs'
import { readAccounts } from './lib/tests/accounts.mjs'
import { countsOf, runJest } from './lib/tests/jest.mjs'

const { values } = commandLine(
  `
npm run test:deployed -- --url URL [--accounts FILE]

Runs the end-to-end tests that need nothing of a shop but its address and the accounts of its staff: over Compose, or staging. They
bring the demo catalogue and goods of their own, and buy: never where the money is real. The last line is "N passed, N failed".

  --url URL         the shop's gateway
  --accounts FILE   its staff, as var/compose/demo-accounts.json has it; without it MICROMART_ACCOUNTS holds the same text

NODE_EXTRA_CA_CERTS names the authority of an https address that the machine does not know.
`,
  { url: { type: 'string' }, accounts: { type: 'string' } },
)

const refuse = (what) => {
  console.error(what)
  process.exit(2)
}

const { url } = values
if (!url || !URL.canParse(url))
  refuse(`--url is an address such as http://127.0.0.1:8080, not "${url ?? ''}"`)

/** Those that reach into no store, no sidecar and no process. */
const names = ['tour', 'demo', 'catalogue', 'carts', 'purchase', 'order-events']
const files = names.map((name) => `tests/${name}.test.ts`)

const say = createSay()

const runTests = async (folder, accounts) => {
  const file = path.join(folder, 'shop.json')
  writePrivate(file, { gateway: url, secure: url, accounts })
  const env = { MICROMART_E2E: file, MICROMART_TEST_SHOP_URL: url }
  // A test that failed may leave a stream of events open.
  const extra = ['--runInBand', '--testTimeout=60000', '--forceExit']
  return runJest('e2e', { home: folder, env, extra, jestArgs: files })
}

await main(async () => {
  checkNode()
  const accounts = readAccounts(values.accounts)
  await ensureDependencies(say, path.join(shopHome, 'log'))
  await requireShop(url)
  const folder = mkdtempSync(path.join(tmpdir(), 'micromart-deployed-'))
  try {
    const state = path.join(folder, 'seed.json')
    await say.step('Catalogue', { usually: '3 to 10 s' }, () =>
      seedCatalogue({ gateway: url, admin: accounts.admin, state }),
    )
    const result = await runTests(folder, accounts)
    const { passed, failed, skipped } = countsOf(result)
    if (skipped > 0) say.line(`${skipped} skipped`)
    say.line(`${passed} passed, ${failed} failed`)
    process.exitCode = result.code === 0 && passed > 0 ? 0 : 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
