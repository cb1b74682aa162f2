#!/usr/bin/env node
import { commandLine, main } from './lib/terminal/command-line.mjs'
import { checkups } from './lib/machine/checkups.mjs'

commandLine(`
npm run doctor

Checks whether "npm start" can work here, and changes nothing: Node, packages, disk, ports, stores,
Dapr, certificates, Go, network, Zipkin. Ends with 1 when something would fail.
`)

const marks = { ok: 'ok  ', note: 'note', bad: 'BAD ' }

await main(async () => {
  let bad = 0
  for (const [name, check] of Object.entries(checkups)) {
    const { mark, text, advice } = await check()
    console.log(`${marks[mark]}  ${name.padEnd(12)} ${text}`)
    if (advice) console.log(`                    ${advice}`)
    if (mark === 'bad') bad += 1
  }
  console.log(
    bad === 0 ? '\n"npm start" should work.' : `\n${bad} things stand in the way of "npm start".`,
  )
  process.exitCode = bad === 0 ? 0 : 1
})
