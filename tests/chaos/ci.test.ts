import { describe, expect, it } from '@jest/globals'
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'

const script = path.resolve(import.meta.dirname, '..', '..', 'scripts', 'chaos.mjs')
const run = promisify(execFile)

/** @returns what it said; throws it when the run says no */
const chaos = async (...args: readonly string[]): Promise<string> => {
  try {
    return (await run(process.execPath, [script, ...args], { maxBuffer: 1 << 24 })).stdout
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    const command = `npm run chaos -- ${args.join(' ')}`
    throw new Error(`${command}\n${stdout}\n${stderr}`, { cause: error })
  }
}

const random = String(Math.floor(Math.random() * 1_000_000))

/** Also when all is well it is said what was tried, and how to have it again. */
const tell = (text: string) => process.stderr.write(`chaos: ${text}\n`)

/** No verdict depends on how fast the machine is, so that the time limit is far off. */
const longestMs = 1_500_000

describe('under load', () => {
  tell(`seeds 1 and ${random}; again by npm run chaos -- --seed ${random}`)

  it.each([['1', ['--sale']] as const, [random, []] as const])(
    'the shop keeps its promises while parts of it die (seed %s)',
    async (seed, more) => {
      const faults = ['--minutes', '0.6', '--faults', 'kill,network,events,provider']
      expect(await chaos('--seed', seed, ...faults, ...more)).toContain('\n0 violations\n')
    },
    longestMs,
  )
})

it(
  'breakers go through their states, broken steps end well, and broken builds are caught',
  async () => {
    const said = await chaos('--breakers', '--matrix', '--broken', '--cover', '--seed', random)
    const result = said
      .split('\n')
      .filter((line) => /^seed |cases of the matrix|: (good|caught)|^others did/.test(line))
    tell(`${result.map((line) => line.trim()).join('; ')}; all of it by --matrix and --broken`)
    expect(result.length).toBeGreaterThan(17)
  },
  longestMs,
)
