#!/usr/bin/env node
import { commandLine, main } from './lib/terminal/command-line.mjs'
import { shopHome } from './lib/machine/paths.mjs'
import { isListening } from './lib/machine/ports.mjs'
import { identify, isAlive } from './lib/machine/processes.mjs'
import { appState, notReady } from './lib/shop/ready.mjs'
import { leftOf, readRun, starterIsAlive } from './lib/shop/run-file.mjs'

commandLine(`
npm run status

Says what runs of this checkout's shop: each app, its sidecar, the stores.
Ends with 0 when all is well, 1 when something is dead or not ready, 3 when nothing runs.
`)

const appLine = async (app, ports, unready, home) => {
  const { pid, starts } = appState(home, app)
  const alive = identify(pid) !== undefined
  const sidecar = await isListening(ports[app].daprHttp)
  const words = [
    app.padEnd(9),
    (alive ? `process ${pid}` : 'DEAD').padEnd(15),
    (unready.includes(app) ? 'NOT READY' : 'ready').padEnd(10),
    (sidecar ? 'sidecar alive' : 'SIDECAR DEAD').padEnd(14),
    starts > 1 ? `started ${starts} times` : '',
  ]
  return { text: words.join(' ').trimEnd(), well: alive && sidecar && !unready.includes(app) }
}

const stateOf = ({ ready, prepared, ports }) => {
  if (ready) return `open since ${ready}: http://127.0.0.1:${ports.gateway.public}`
  return prepared ? 'prepared: the services are started by hand' : 'still starting'
}

await main(async () => {
  const run = readRun(shopHome)
  if (!run) {
    console.log('Nothing runs here. "npm start" starts the shop.')
    process.exit(3)
  }
  if (!starterIsAlive(run)) {
    const left = leftOf(run).length
    console.log(`The starter is gone and left ${left} processes behind: "npm stop" ends them.`)
    process.exit(1)
  }
  const apps = Object.keys(run.ports ?? {})
  const unready = run.ports ? await notReady(run.ports) : []
  const lines = await Promise.all(apps.map((app) => appLine(app, run.ports, unready, run.home)))
  const stores = Object.entries(run.processes).map(([name, each]) => {
    const well = Boolean(each) && isAlive(each)
    return { text: `${name.padEnd(9)} ${well ? `process ${each.pid}` : 'DEAD'}`, well }
  })
  const all = [...lines, ...stores]
  console.log(all.map(({ text }) => text).join('\n'))
  console.log(stateOf(run))
  if (all.some(({ well }) => !well)) process.exit(1)
})
