import { spawn } from 'node:child_process'
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { cacheDir, varDir } from '../../../scripts/lib/machine/paths.mjs'
import { brokenBuilds } from './patches.mjs'
import { scratchCopy } from './scratch.mjs'

const play = (folder, args, log) =>
  new Promise((resolve) => {
    const output = openSync(log, 'w')
    const env = { ...process.env, MICROMART_CACHE: cacheDir() }
    const file = path.join(folder, 'tests', 'chaos', 'run.mjs')
    const child = spawn(process.execPath, [file, ...args], {
      env,
      stdio: ['ignore', output, output],
    })
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => child.kill(signal))
    child.on('exit', resolve)
  })

const violatedIn = (file) => {
  try {
    const { violations } = JSON.parse(readFileSync(file, 'utf8'))
    return [...new Set(violations.map(({ invariant }) => invariant))]
  } catch {
    return undefined // it did not get as far as a report
  }
}

/** Runs each broken build for a short while: a checker that passes one of them is no checker. */
export const runBroken = async ({ seed, minutes, report, say }) => {
  const results = []
  for (const [index, { name, expects, faults, only, edits }] of brokenBuilds.entries()) {
    const folder = path.join(varDir, 'runs', `broken-${index}`)
    const own = path.join(report, `broken-${index}`)
    mkdirSync(own, { recursive: true })
    scratchCopy(folder, edits)
    const args = ['--seed', seed, '--minutes', String(minutes), '--faults', faults, '--only', only]
    await play(folder, [...args, '--patience', '25', '--report', own], path.join(own, 'run.log'))
    const violated = violatedIn(path.join(own, 'report.json'))
    const caught = expects.some((invariant) => violated?.includes(invariant))
    say(
      `  ${name}: ${caught ? 'caught' : 'NOT CAUGHT'} (${violated?.join(', ') || 'nothing violated'})`,
    )
    results.push({ name, expects, violated, caught })
  }
  writeFileSync(path.join(report, 'broken.json'), `${JSON.stringify(results, undefined, 1)}\n`)
  return results.every(({ caught }) => caught)
}
