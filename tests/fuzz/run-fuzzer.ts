import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

export type FuzzTarget = {
  readonly gateway: string
  readonly admin: { readonly email: string; readonly password: string }
}

export type FuzzOptions = {
  /** The same seed makes the same requests, as far as the shop answers the same. */
  readonly seed: number
  /** How many requests to make at least, as long as `patienceMs` lasts. */
  readonly requests: number
  readonly patienceMs: number
}

export type FuzzResult = {
  readonly requests: number
  /** What schemathesis says of each failure; empty when it found none. */
  readonly failures: string
  readonly status: number | null
}

/** Streams never end: they have tests of their own. */
const endless = '/v1/orders/{id}/events'

/** About as many operations as there are: each gets its share of the requests. */
const operations = 60

const settings = path.join(import.meta.dirname, 'schemathesis.toml')

const argumentsFor = ({ seed, requests }: FuzzOptions, document: string): string[] => {
  const options = {
    seed,
    phases: requests > 5_000 ? 'examples,coverage,fuzzing' : 'fuzzing',
    'max-examples': Math.ceil((requests * 1.1) / operations),
    'exclude-path': endless,
  }
  const given = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)])
  return [
    '-m',
    'schemathesis.cli',
    '--config-file',
    settings,
    'run',
    document,
    '--no-color',
    ...given,
  ]
}

const failuresIn = (output: string): string => {
  const from = output.search(/^=+ (FAILURES|ERRORS) =+$/m)
  const to = output.search(/^=+ (WARNINGS|SUMMARY) =+$/m)
  return from === -1 ? '' : output.slice(from, to).trim()
}

const requestsIn = (output: string): number => Number(/(\d+) generated/.exec(output)?.[1] ?? 0)

/**
 * Sends random requests made from the shop's own OpenAPI document, right ones and wrong ones, and holds each answer against it.
 * @param python that of `installFuzzer`
 */
export const runFuzzer = async (
  python: string,
  { gateway, admin }: FuzzTarget,
  options: FuzzOptions,
): Promise<FuzzResult> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'micromart-fuzz-'))
  const described = path.join(folder, 'shop.json')
  writeFileSync(described, JSON.stringify({ gateway, ...admin }), { mode: 0o600 })
  const args = argumentsFor(options, `${gateway}/openapi.json`)
  const env = {
    ...process.env,
    MICROMART_FUZZ: described,
    MICROMART_FUZZ_URL: gateway,
    PYTHONDONTWRITEBYTECODE: '1',
  }
  const timeout = options.patienceMs
  const child = spawn(python, args, { cwd: import.meta.dirname, env, timeout })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve)
  })
  rmSync(folder, { recursive: true, force: true })
  const failures = failuresIn(output) || (status === 0 ? '' : output.slice(-4_000))
  return { requests: requestsIn(output), failures, status }
}
