#!/usr/bin/env node
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { node24 } from './lib/machine/node24.mjs'
import { shopHome } from './lib/machine/paths.mjs'
import { readJson, writePrivate } from './lib/shop/secrets.mjs'
import { auditText } from './lib/terminal/audit-text.mjs'
import { commandLine } from './lib/terminal/command-line.mjs'
import { Fault, reportFault } from './lib/terminal/fault.mjs'

const help = `
npm run audit:verify [-- --service order] [-- --heads FILE] [-- --json]

Checks that nobody has changed or removed what stands in the audit logs: each entry's hash is one over the entry and the hash
before it. The stores themselves are read, by the services' own accounts: no service has to run, and none is believed. Where each
log ends is kept in a file, and the next check finds those ends again: a log that was written anew as a whole is told, too. A copy
of that file elsewhere is worth more than the one here.

  --service   product, user, cart, order or payment; by itself all of them
  --heads     the file of the ends; by itself audit-heads.json beside the shop's secrets
  --json      the findings as JSON

Ends with 0 when all are whole, 1 when something was changed, 2 when it could not be found out.
`

const { values } = commandLine(help, {
  service: { type: 'string' },
  heads: { type: 'string', default: path.join(shopHome, 'audit-heads.json') },
  json: { type: 'boolean', default: false },
})

const servicesOf = (name, all) => {
  if (name === undefined) return all
  if (all.includes(name)) return [name]
  throw new Fault(`${name} has no audit log`, { advice: `It is one of ${all.join(', ')}.` })
}

/** Only a log that is whole says where it ends. */
const endsOf = (reports) =>
  Object.fromEntries(
    Object.entries(reports)
      .filter(([, { faults }]) => faults.length === 0)
      .map(([service, { head }]) => [service, { seq: head.seq, hash: head.hash }]),
  )

const work = async () => {
  const { auditedServices, verifyAudit } = await import('./lib/stores/audit-chains.mjs')
  const services = servicesOf(values.service, auditedServices)
  const secrets = readJson(path.join(shopHome, 'secrets.json'))
  if (!secrets['mysql-order'])
    throw new Fault('There is no shop here yet', { advice: 'Run "npm start" first.' })
  const known = readJson(values.heads)
  const reports = await verifyAudit({ secrets, services, known })
  writePrivate(values.heads, { ...known, ...endsOf(reports) })
  console.log(values.json ? JSON.stringify(reports, null, 2) : auditText(reports))
  return Object.values(reports).every(({ faults }) => faults.length === 0) ? 0 : 1
}

const run = async () => {
  // The chain is pkg/kernel's, which is TypeScript.
  if (node24() === process.execPath) return work()
  const args = [import.meta.filename, ...process.argv.slice(2)]
  return spawnSync(node24(), args, { stdio: 'inherit' }).status ?? 2
}

process.exitCode = await run().catch((error) => {
  reportFault(error)
  return 2
})
