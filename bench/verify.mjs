import { execFileSync } from 'node:child_process'
import { loadavg } from 'node:os'
import path from 'node:path'
import { node24, nodeFlags } from '../scripts/lib/machine/node24.mjs'
import { commandLine } from '../scripts/lib/terminal/command-line.mjs'
import { conditions, writeReport } from './report.mjs'

const help = `
npm run bench -- verify [OPTIONS]

What verifying one access token costs, as the gateway and every service do it, each token new.

  --rounds N   (9)
  --tokens N   a round (3000)

Writes bench/reports/<date>-verify.json.
`

const { values: options } = commandLine(
  help,
  {
    rounds: { type: 'string', default: '9' },
    tokens: { type: 'string', default: '3000' },
  },
  { args: process.argv.slice(3) },
)

const worker = path.join(import.meta.dirname, 'token-costs.mjs')
const args = [...nodeFlags, worker, options.rounds, options.tokens]
const rows = JSON.parse(execFileSync(node24(), args, { encoding: 'utf8' }))

console.log('ms a token, medians:')
for (const { title, wallMs, cpuMs, loopMs } of rows) {
  const cells = [
    `wall ${wallMs.toFixed(3)}`,
    `CPU ${cpuMs.toFixed(3)}`,
    `event loop ${loopMs.toFixed(3)}`,
  ]
  console.log(`${title.padEnd(32)} ${cells.join(', ')}; ${(1_000 / wallMs).toFixed(0)}/s`)
}
writeReport('verify', { ...conditions(), load: loadavg(), options, rows })
