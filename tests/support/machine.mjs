/**
 * A developer's machine for the test of the README's lines: a MySQL and a Redis of its own, `dapr` on the PATH and `daprd` where
 * `dapr init` puts it. Says where they are in one line of JSON, and ends them when its standard input ends.
 *
 *   node tests/support/machine.mjs <folder>
 */
import { mkdirSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { findDapr } from '../../scripts/lib/dapr/install.mjs'
import { daprCli, daprd } from '../../scripts/lib/dapr/programs.mjs'
import { freePorts } from '../../scripts/lib/machine/ports.mjs'
import { beginRun } from '../../scripts/lib/shop/prepare-shop.mjs'
import { silent } from '../../scripts/lib/terminal/say.mjs'
import { stopRun } from '../../scripts/lib/shop/shop.mjs'
import { openStores } from '../../scripts/lib/stores/stores.mjs'

const [folder] = process.argv.slice(2)
const run = beginRun(folder)

const place = async (program, bin) => {
  const { file } = await findDapr(program)
  mkdirSync(bin, { recursive: true })
  symlinkSync(file, path.join(bin, program.name))
}

const stop = async () => {
  await stopRun(run, folder)
  process.exit(0)
}

process.stdin.on('end', stop).resume()
try {
  const [mysql, redis] = await freePorts(2)
  const logDir = path.join(folder, 'log')
  mkdirSync(logDir, { recursive: true })
  const options = { home: folder, logDir, ports: { mysql, redis }, durable: false, run }
  const stores = await openStores({ ...options, say: silent() })
  const home = path.join(folder, 'home')
  await place(daprCli, path.join(home, 'bin'))
  await place(daprd, path.join(home, '.dapr', 'bin'))
  console.log(JSON.stringify({ ...stores, home }))
} catch (error) {
  console.error(error)
  await stopRun(run, folder)
  process.exit(1)
}
