import { spawn } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { requireNode24 } from '../machine/dependencies.mjs'
import { root } from '../machine/paths.mjs'

const jestBin = path.join(root, 'node_modules', 'jest', 'bin', 'jest.js')

/**
 * Runs the tests of a jest project to their end.
 * @param home where the results are kept
 * @param extra jest's arguments beside those of the caller, `jestArgs`
 * @returns `{ name, code, outputFile }`
 */
export const runJest = (name, { home, jestArgs = [], env, extra = [] }) => {
  const outputFile = path.join(home, `results-${name}.json`)
  rmSync(outputFile, { force: true })
  const args = [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    jestBin,
    `--selectProjects=${name}`,
    '--passWithNoTests',
    '--json',
    `--outputFile=${outputFile}`,
    ...extra,
    ...jestArgs,
  ]
  // With --json the report goes to standard output, which the file has already.
  const stdio = ['ignore', 'ignore', 'inherit']
  const child = spawn(requireNode24(), args, { cwd: root, env: { ...process.env, ...env }, stdio })
  const end = () => child.kill()
  process.once('exit', end)
  return new Promise((resolve) => {
    child.on('close', (code) => {
      process.off('exit', end)
      resolve({ name, code, outputFile })
    })
  })
}

/** What jest's results count: `{ passed, failed, skipped }`. */
export const countsOf = ({ outputFile, code }) => {
  try {
    const found = JSON.parse(readFileSync(outputFile, 'utf8'))
    return {
      passed: found.numPassedTests,
      // A file that cannot even be read has no tests to count.
      failed: found.numFailedTests + found.numRuntimeErrorTestSuites,
      skipped: found.numPendingTests,
    }
  } catch {
    return { passed: 0, failed: code === 0 ? 0 : 1, skipped: 0 }
  }
}
