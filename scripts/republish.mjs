#!/usr/bin/env node
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { node24 } from './lib/machine/node24.mjs'
import { shopHome } from './lib/machine/paths.mjs'
import { readJson } from './lib/shop/secrets.mjs'
import { commandLine, main } from './lib/terminal/command-line.mjs'
import { Fault } from './lib/terminal/fault.mjs'

const help = `
npm run republish [-- --hours 24] [-- --service order]

Has a shop's services publish again what they have published: for a broker that lost its data. The events go back into the
outbox as unsent, and the relays of the running services send them, in order. Harmless for what was not lost: consumers know by
its id what they have seen.

  --hours     how far back; a day at most, what was sent before is pruned
  --service   product, user, order or payment; by itself all of them
`

const { values } = commandLine(help, {
  hours: { type: 'string', default: '24' },
  service: { type: 'string' },
})

const hoursOf = (text) => {
  const hours = Number(text)
  if (hours > 0 && hours <= 24) return hours
  throw new Fault(`--hours ${text}`, { advice: 'It is more than 0 and at most 24.' })
}

const servicesOf = (name, publishers) => {
  if (name === undefined) return publishers
  if (publishers.includes(name)) return [name]
  throw new Fault(`${name} has no outbox`, { advice: `It is one of ${publishers.join(', ')}.` })
}

const work = async () => {
  const hours = hoursOf(values.hours)
  const { publishers, republishAll } = await import('./lib/stores/republish.mjs')
  const services = servicesOf(values.service, publishers)
  const secrets = readJson(path.join(shopHome, 'secrets.json'))
  if (!secrets['mysql-order'])
    throw new Fault('There is no shop here yet', { advice: 'Run "npm start" first.' })
  const counts = await republishAll({ secrets, services, hours })
  for (const [service, count] of Object.entries(counts))
    console.log(`${service}: ${count} events go out again`)
}

// The outbox is pkg/store's, which is TypeScript.
if (node24() === process.execPath) await main(work)
else {
  const args = [import.meta.filename, ...process.argv.slice(2)]
  process.exitCode = spawnSync(node24(), args, { stdio: 'inherit' }).status ?? 1
}
