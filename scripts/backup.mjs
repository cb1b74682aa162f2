#!/usr/bin/env node
import path from 'node:path'
import { shopHome } from './lib/machine/paths.mjs'
import { commandLine, main } from './lib/terminal/command-line.mjs'
import { createSay } from './lib/terminal/say.mjs'

const help = `
npm run backup [-- --into DIR] [-- --follow]

Backs up the databases of a running shop: a base of all of them at one instant, checked as it is written. docs/backup.md says
what is in it, and how the shop comes back from it. The database must keep a binary log: MICROMART_BINLOG=1 npm start.

  --into      where to, by itself var/backups; readable by you alone, not encrypted
  --follow    then copies the log while it is written, until Ctrl-C: what a restore to any instant since takes
`

const { values } = commandLine(help, {
  into: { type: 'string', default: path.join(shopHome, 'backups') },
  follow: { type: 'boolean', default: false },
})

await main(async () => {
  const { ensureClients } = await import('./lib/backup/programs.mjs')
  const { makeBase, prepareBackup, startBackup } = await import('./lib/backup/run-backup.mjs')
  const { adminUrlIn, secretsIn, shopDatabases } = await import('./lib/backup/shop-stores.mjs')
  const secrets = secretsIn(shopHome)
  const env = await prepareBackup({
    home: shopHome,
    into: path.resolve(values.into),
    adminUrl: adminUrlIn(shopHome, secrets),
    databases: shopDatabases(),
    programs: await ensureClients(createSay(), path.join(shopHome, 'log')),
  })
  await makeBase(env)
  if (!values.follow) return
  console.log('the log is copied while it is written; Ctrl-C ends it')
  const { child, ended } = startBackup('follow', env)
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill('SIGTERM'))
  process.exitCode = await ended
})
