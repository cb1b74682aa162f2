#!/usr/bin/env node
import path from 'node:path'
import { shopHome } from './lib/machine/paths.mjs'
import { commandLine, main } from './lib/terminal/command-line.mjs'

const help = `
npm run restore -- --to INSTANT [--from DIR] [--yes] [--no-redis] [--no-reconcile] [--whole-log]
npm run restore -- reconcile [--since INSTANT] [--yes]

Brings the databases and Redis of a stopped shop back to one instant, then balances them against the provider's ledger: every
charge after the instant is named, and given back or made anew. docs/backup.md is the whole procedure.

  --to            the instant, to the second (2026-12-01T03:30:00Z), or "latest": all that the copied log holds
  --from          the folder of the backups; by itself var/backups
  --yes           really: what is in the databases now is gone, and money is given back. Without it only says what would be done
  --no-redis      leaves Redis as it is: carts are newer than orders then
  --no-reconcile  leaves the balancing to a later "reconcile"
  --whole-log     replays changes of other databases and of accounts, too: for a server of its own

  reconcile       balances again, or after a restore by other means; repeats nothing
  --since         the instant that was restored; by itself the one that the last restore wrote down
`

const { values, positionals } = commandLine(
  help,
  {
    to: { type: 'string' },
    from: { type: 'string', default: path.join(shopHome, 'backups') },
    since: { type: 'string' },
    yes: { type: 'boolean', default: false },
    'no-redis': { type: 'boolean', default: false },
    'no-reconcile': { type: 'boolean', default: false },
    'whole-log': { type: 'boolean', default: false },
  },
  { positionals: true },
)

const [task] = positionals
const isKnown = task === undefined ? values.to !== undefined : task === 'reconcile'
if (!isKnown || positionals.length > 1) {
  console.error(help.trim())
  process.exit(2)
}

/** To the second: the log knows no more. */
const instantOf = (text) => {
  const at = new Date(text)
  if (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text) && !Number.isNaN(at.getTime())) {
    return new Date(Math.floor(at.getTime() / 1000) * 1000)
  }
  console.error(`${text} is no instant: write it as 2026-12-01T03:30:00Z\n\n${help.trim()}`)
  process.exit(2)
}

/** Undefined for all that the log holds. */
const until = values.to && values.to !== 'latest' ? instantOf(values.to) : undefined
const since = values.since && instantOf(values.since)

await main(async () => {
  const { reconcileShop, restoreShop } = await import('./lib/backup/restore.mjs')
  if (task === 'reconcile') {
    await reconcileShop({ since, really: values.yes })
    return
  }
  await restoreShop({
    until,
    from: path.resolve(values.from),
    wholeLog: values['whole-log'],
    really: values.yes,
    redis: !values['no-redis'],
    reconciles: !values['no-reconcile'],
  })
})
