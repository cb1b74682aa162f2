#!/usr/bin/env node
import { readBooks } from './lib/shop/books.mjs'
import { demoAccountsFile } from './lib/shop/demo-accounts.mjs'
import { shopHome } from './lib/machine/paths.mjs'
import { readRun } from './lib/shop/run-file.mjs'
import { readJson } from './lib/shop/secrets.mjs'
import { booksText } from './lib/terminal/books-text.mjs'
import { commandLine } from './lib/terminal/command-line.mjs'
import { Fault, reportFault } from './lib/terminal/fault.mjs'

const help = `
npm run books [-- --full] [-- --json] [-- --url http://127.0.0.1:8080] [-- --account NAME]

Asks a running shop whether its stores agree: orders, stock, payments, the provider's ledger, carts, events. What changed within
the last thirty seconds is work under way and left out. docs/reliability/invariants.md says what each line means.

  --full      also what agreed in an earlier check and has not changed since
  --json      the answer of GET /v1/admin/books as it is
  --url       the shop's gateway; by itself the shop of this checkout
  --account   who asks: a demo account with the scope "ops" (admin), or "env": MICROMART_ACCOUNT=email:password

Ends with 0 when all agree, 1 when something does not, 2 when it could not be found out.
`

const { values } = commandLine(help, {
  full: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  url: { type: 'string' },
  account: { type: 'string', default: 'admin' },
})

const ownGateway = () => {
  const port = readRun(shopHome)?.ports?.gateway?.public ?? 8080
  return `http://127.0.0.1:${port}`
}

const fromEnvironment = () => {
  const [, email, password] = /^([^:]+):(.+)$/.exec(process.env.MICROMART_ACCOUNT ?? '') ?? []
  if (!email) throw new Fault('MICROMART_ACCOUNT is not set', { advice: 'It is email:password.' })
  return { email, password }
}

const accountOf = (name) => {
  if (name === 'env') return fromEnvironment()
  const account = readJson(demoAccountsFile(shopHome))[name]
  const advice = 'Run "npm start" first, or name another one with --account.'
  if (!account) throw new Fault(`There is no demo account "${name}"`, { advice })
  return account
}

const gatewayOf = (text) => {
  const advice = 'It is the address of a gateway, such as http://127.0.0.1:8080.'
  if (!URL.canParse(text)) throw new Fault(`"${text}" is no URL`, { advice })
  return text
}

try {
  const gateway = gatewayOf(values.url ?? ownGateway())
  const books = await readBooks({ gateway, account: accountOf(values.account), full: values.full })
  console.log(values.json ? JSON.stringify(books, null, 2) : booksText(books))
  process.exitCode = books.consistent ? 0 : 1
} catch (error) {
  reportFault(error)
  process.exitCode = 2
}
