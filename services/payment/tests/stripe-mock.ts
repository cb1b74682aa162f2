import { execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, renameSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { eventually } from '@micromart/testing'

const root = path.join(import.meta.dirname, '..', '..', '..')
const module = path.join(root, 'scripts', 'stripe-mock')
/** As scripts/stripe-mock/go.mod has it. */
const version = '0.203.0'

/** Without Go, and without a program built earlier, stripe-mock cannot be had. */
export const goIsThere = (): boolean =>
  existsSync(program) || spawnSync('go', ['version']).status === 0

const program = path.join(root, 'var', 'cache', `stripe-mock-${version}`, 'stripe-mock')

const build = async (): Promise<void> => {
  if (existsSync(program)) return
  mkdirSync(path.dirname(program), { recursive: true })
  const unfinished = `${program}.building.${process.pid}`
  await promisify(execFile)('go', ['build', '-o', unfinished, 'github.com/stripe/stripe-mock'], {
    cwd: module,
    env: { ...process.env, CGO_ENABLED: '0' },
  })
  renameSync(unfinished, program)
}

export type StripeMock = AsyncDisposable & {
  readonly url: string
  /** The statuses of its answers so far. */
  readonly answers: () => readonly number[]
}

/** Stripe's own mock, built from Go modules into the cache the first time. */
export const startStripeMock = async (): Promise<StripeMock> => {
  await build()
  const args = ['-http-addr', '127.0.0.1:0', '-https-addr', '127.0.0.1:0']
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const found = () => /HTTP at address: (127\.0\.0\.1:\d+)/.exec(said)?.[1]
  const address = await eventually(
    () => {
      const known = found()
      if (known === undefined) throw new Error(`stripe-mock does not listen: ${said}`)
      return known
    },
    { withinMs: 60_000 },
  )
  return {
    url: `http://${address}`,
    answers: () => [...said.matchAll(/status=(\d+)/g)].map(([, status]) => Number(status)),
    [Symbol.asyncDispose]: async () => {
      child.kill()
      await once(child, 'exit')
    },
  }
}
