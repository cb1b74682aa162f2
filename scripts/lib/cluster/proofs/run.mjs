import { mkdirSync } from 'node:fs'
import { countsOf, runJest } from '../../tests/jest.mjs'
import { Fault } from '../../terminal/fault.mjs'
import { at } from '../layout.mjs'
import { requireRunning } from '../status.mjs'
import { proofs } from './proofs.mjs'
import { withWallsOpen } from './open-walls.mjs'
import { withShopFile } from './shop-file.mjs'

const home = at('proofs')

/** One shop serves all files. */
const oneByOne = ['--runInBand', '--testTimeout=60000']

const chosen = (names) => {
  const unknown = names.filter((name) => !Object.hasOwn(proofs, name))
  if (unknown.length > 0) {
    throw new Fault(`No such proof: ${unknown.join(', ')}`, {
      advice: `There are: ${Object.keys(proofs).join(', ')}.`,
    })
  }
  return names.length > 0 ? names : Object.keys(proofs)
}

const asItIs = (work) => work()

const runProof = async (name, { env, say }) => {
  const { says, files, wallsOpen } = proofs[name]
  const began = Date.now()
  say.line(`\n> ${name}: ${says}`)
  const project = files[0].startsWith('tests/cluster/') ? 'cluster' : 'e2e'
  const result = await (wallsOpen ? withWallsOpen : asItIs)(() =>
    runJest(project, { home, env, extra: oneByOne, jestArgs: files }),
  )
  const counts = countsOf(result)
  return { name, ...counts, code: result.code, seconds: (Date.now() - began) / 1000 }
}

const lineOf = ({ name, passed, failed, skipped, seconds }) =>
  `  ${name.padEnd(8)} ${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''} (${seconds.toFixed(1)} s)`

const verdictOf = ({ name, code, passed, failed }) => ({
  check: proofs[name].says,
  faults: code === 0 && passed > 0 ? [] : [`${failed} of its tests failed, ${passed} passed`],
})

/**
 * Proves what is wished over the running cluster, all of it by default.
 * @param shopHome where the shop's keys are
 * @returns `[{ check, faults }]`
 */
export const runProofs = async (names, { shopHome, say }) => {
  requireRunning()
  const wished = chosen(names)
  mkdirSync(home, { recursive: true })
  const results = await withShopFile(shopHome, say, async (env) => {
    const done = []
    for (const name of wished) done.push(await runProof(name, { env, say }))
    return done
  })
  say.line(`\n${results.map(lineOf).join('\n')}`)
  const sum = (key) => results.map((each) => each[key]).reduce((one, other) => one + other, 0)
  say.line(`${sum('passed')} passed, ${sum('failed')} failed`)
  return results.map(verdictOf)
}
