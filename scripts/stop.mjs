#!/usr/bin/env node
import { commandLine, main } from './lib/terminal/command-line.mjs'
import { Fault } from './lib/terminal/fault.mjs'
import { shopHome } from './lib/machine/paths.mjs'
import { allEnded, sendSignal } from './lib/machine/processes.mjs'
import { cleanUp, readRun, starterIsAlive } from './lib/shop/run-file.mjs'

commandLine(`
npm stop

Ends the shop of this checkout, also what a start that failed or was killed has left behind.
Processes are known by pid and start time or by the mark that the starter gave them, never by name.
`)

const graceMs = 60_000

await main(async () => {
  const run = readRun(shopHome)
  if (!run) return console.log('Nothing runs here.')
  if (starterIsAlive(run)) {
    console.log(`Stopping the shop (process ${run.starter.pid}); usually 3 to 10 s`)
    sendSignal(run.starter, 'SIGTERM')
    if (!(await allEnded([run.starter], graceMs))) {
      throw new Fault(`Process ${run.starter.pid} does not end`, {
        advice: `End it by "kill -9 ${run.starter.pid}", then "npm stop" again for the rest.`,
      })
    }
  }
  const left = await cleanUp(shopHome)
  console.log(left > 0 ? `Stopped; ended ${left} processes that were left behind.` : 'Stopped.')
})
