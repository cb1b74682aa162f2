#!/usr/bin/env node
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { node24 } from './lib/machine/node24.mjs'
import { root, shopHome } from './lib/machine/paths.mjs'
import { readJson } from './lib/shop/secrets.mjs'
import { main } from './lib/terminal/command-line.mjs'
import { Fault } from './lib/terminal/fault.mjs'

/** With the secrets of this checkout's shop, the user service's own command does all of it; it has the help, too. */
const work = async () => {
  const secrets = readJson(path.join(shopHome, 'secrets.json'))
  const args = process.argv.slice(2)
  if (!secrets['mysql-user'] && !args.includes('--help')) {
    throw new Fault('There is no shop here yet', { advice: 'Run "npm start" first.' })
  }
  const env = {
    ...process.env,
    USER_DATABASE_URL: secrets['mysql-user'],
    USER_SIGNING_KEK: secrets['signing-kek'],
  }
  const entry = path.join(root, 'services', 'user', 'src', 'keys.ts')
  const { status } = spawnSync(node24(), [entry, ...args], { env, stdio: 'inherit' })
  process.exitCode = status ?? 1
}

await main(work)
