#!/usr/bin/env node
import { commandLine, main } from './lib/terminal/command-line.mjs'
import { shopHome } from './lib/machine/paths.mjs'
import { readRun } from './lib/shop/run-file.mjs'
import { statusOf } from './lib/shop/status.mjs'
import { statusText } from './lib/terminal/status-text.mjs'

const { values } = commandLine(
  `
npm run status [-- --json]

Says what runs of this checkout's shop: each app, whether it is ready and why not, its sidecar, the stores; for each topic's
stream its length and bound, and how far each group of consumers is behind; what waits: events to publish, dead letters,
orders, payments, mails, erasures, and since when; and what the last check of the books found.
Ends with 0 when all is well, 1 when something is dead, not ready, lost, stuck or broken, 3 when nothing runs.

  --json   the same for a program
`,
  { json: { type: 'boolean', default: false } },
)

const ends = { open: 0, prepared: 0, starting: 0, abandoned: 1, stopped: 3 }

await main(async () => {
  const status = await statusOf(readRun(shopHome))
  console.log(values.json ? JSON.stringify(status, undefined, 2) : statusText(status, new Date()))
  process.exitCode = status.faults.length > 0 ? 1 : ends[status.state]
})
