#!/usr/bin/env node
import { staffNamed, staffOptions } from './lib/shop/admin-api.mjs'
import { readBooks } from './lib/shop/books.mjs'
import { booksText } from './lib/terminal/books-text.mjs'
import { commandLine } from './lib/terminal/command-line.mjs'
import { reportFault } from './lib/terminal/fault.mjs'

const help = `
npm run books [-- --full] [-- --json] [-- --url http://127.0.0.1:8080] [-- --account NAME]

Asks a running shop whether its stores agree: orders, stock, payments, the provider's ledger, carts, events. What changed within
the last thirty seconds is work under way and left out. docs/reliability/invariants.md says what each line means.

  --full      also what agreed in an earlier check and has not changed since
  --json      the answer of GET /v1/admin/books as it is
  --url       the shop's gateway; by itself MICROMART_URL, or the shop of this checkout
  --account   who asks: a demo account with the scope "ops" (admin), or "env": MICROMART_ACCOUNT=email:password

Ends with 0 when all agree, 1 when something does not, 2 when it could not be found out.
`

const { values } = commandLine(help, {
  full: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  ...staffOptions,
})

try {
  const books = await readBooks({ ...staffNamed(values), full: values.full })
  console.log(values.json ? JSON.stringify(books, null, 2) : booksText(books))
  process.exitCode = books.consistent ? 0 : 1
} catch (error) {
  reportFault(error)
  process.exitCode = 2
}
