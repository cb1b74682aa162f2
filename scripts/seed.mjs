#!/usr/bin/env node
import path from 'node:path'
import { commandLine, main } from './lib/terminal/command-line.mjs'
import { Fault } from './lib/terminal/fault.mjs'
import { demoAccountsFile } from './lib/shop/demo-accounts.mjs'
import { shopHome } from './lib/machine/paths.mjs'
import { readJson } from './lib/shop/secrets.mjs'
import { catalogueFile, seedCatalogue } from './lib/shop/seed-catalogue.mjs'

const help = `
node scripts/seed.mjs [--url http://127.0.0.1:8080] [--file FILE] [--force]

Imports a catalogue in Shopify's CSV format into a running shop, through its REST API and as its admin.

  --url     the shop's gateway
  --file    another file than scripts/catalogue/products.csv
  --force   also when this very file is the one imported last
`

const { values } = commandLine(help, {
  url: { type: 'string', default: 'http://127.0.0.1:8080' },
  file: { type: 'string', default: catalogueFile },
  force: { type: 'boolean', default: false },
})

await main(async () => {
  const { admin } = readJson(demoAccountsFile(shopHome))
  if (!admin) throw new Fault('There is no admin account yet', { advice: 'Run "npm start" first.' })
  const report = await seedCatalogue({
    gateway: values.url,
    admin,
    file: path.resolve(values.file),
    force: values.force,
    state: path.join(shopHome, 'seed.json'),
  })
  if (!report)
    return console.log(
      'This file is the one imported last: nothing to do (--force does it anyway).',
    )
  const { created, updated, unchanged, failed, rows } = report
  for (const { line, handle, outcome, code, message } of rows) {
    if (outcome === 'failed') console.log(`  line ${line}  ${handle}: ${code} ${message ?? ''}`)
  }
  console.log(
    `rows: ${created} created, ${updated} updated, ${unchanged} unchanged, ${failed} failed`,
  )
  if (failed > 0) process.exitCode = 1
})
