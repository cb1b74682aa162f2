import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { cpSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { eventually } from './support/shop.ts'

const block = (name: string) =>
  new RegExp(`\`\`\`sh ${name}\\n([\\s\\S]*?)\`\`\``).exec(
    readFileSync('README.md', 'utf8'),
  )?.[1] ?? ''

const isFree = (port: number) =>
  new Promise<boolean>((resolve) => {
    const server = net.createServer().on('error', () => resolve(false))
    server.listen({ port, exclusive: true }, () => server.close(() => resolve(true)))
  })

/** The ports of dapr.yaml, which are fixed: a shop of the developer's may be running on them. */
const takenPorts = async (): Promise<readonly string[]> => {
  const named = readFileSync('dapr.yaml', 'utf8').match(/\b(?:8080|8443|7[1-5]\d\d)\b/g)
  const ports = [...new Set(named)]
  const free = await Promise.all(ports.map((port) => isFree(Number(port))))
  return ports.filter((_, index) => !free[index])
}

const taken = await takenPorts()
const byHand = taken.length > 0 ? it.skip : it
if (taken.length > 0) process.stderr.write(`skipped by hand: ports ${taken.join(', ')} are taken\n`)

const gateway = 'http://127.0.0.1:8080'
const mark = `MICROMART_BY_HAND=${randomUUID()}`
const folder = path.join(os.tmpdir(), `micromart-by-hand-${randomUUID()}`)
const checkout = path.join(folder, 'micromart')

/** All that the README's lines have started and that still lives. */
const leftOver = (): readonly string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => read(`/proc/${pid}/environ`).split('\0').includes(mark))
    .filter((pid) => !/^State:\s+Z/m.test(read(`/proc/${pid}/status`)))

const read = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return '' // ended meanwhile, or not ours
  }
}

const commandOf = (pid: string) => read(`/proc/${pid}/cmdline`).split('\0').join(' ')

const daprRun = () => leftOver().find((pid) => /(?:^|\/)dapr run /.test(commandOf(pid)))

/**
 * The checkout without what a run leaves in it. Its packages are copied too, never linked: the lines may run `npm ci`, which
 * would empty the folder behind a link.
 */
const copyCheckout = () => {
  const left = new Set(['.git', '.dapr', 'node_modules', 'var'])
  const filter = (from: string) => !left.has(path.relative('.', from))
  cpSync('.', checkout, { recursive: true, verbatimSymlinks: true, filter })
  execFileSync('cp', ['-a', 'node_modules', checkout]) // ten times as fast for so many files
}

type Machine = { readonly mysqlUrl: string; readonly redisUrl: string; readonly home: string }

let machine: ChildProcess | undefined
let env: NodeJS.ProcessEnv

const startMachine = async (): Promise<Machine> => {
  machine = spawn(process.execPath, ['tests/support/machine.mjs', path.join(folder, 'machine')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const said = await Promise.race([
    once(machine.stdout!, 'data'),
    once(machine, 'exit').then(() => {
      throw new Error('no stores for the lines by hand: see above')
    }),
  ])
  return JSON.parse(String(said[0])) as Machine
}

beforeAll(async () => {
  copyCheckout()
  const { mysqlUrl, redisUrl, home } = await startMachine()
  const {
    ZIPKIN_URL: _,
    MICROMART_HOME: __,
    MICROMART_CACHE = path.resolve('var', 'cache'),
    ...own
  } = process.env
  const [name = '', value = ''] = mark.split('=')
  env = {
    ...own,
    [name]: value,
    HOME: home,
    PATH: `${path.join(home, 'bin')}:${process.env['PATH']}`,
    MICROMART_CACHE,
    MICROMART_MYSQL_URL: mysqlUrl,
    MICROMART_REDIS_URL: redisUrl,
  }
}, 300_000)

afterAll(async () => {
  for (const pid of leftOver()) process.kill(Number(pid), 'SIGKILL')
  if (machine && machine.exitCode === null) {
    machine.stdin!.end()
    await once(machine, 'exit')
  }
  rmSync(folder, { recursive: true, force: true })
}, 60_000)

const said = () => read(path.join(folder, 'said'))

const runLines = (lines: string): ChildProcess => {
  const output = openSync(path.join(folder, 'said'), 'a')
  const args = ['-euo', 'pipefail', '-c', lines]
  return spawn('bash', args, { cwd: checkout, env, stdio: ['ignore', output, output] })
}

const isOpen = async (shell: ChildProcess): Promise<boolean> => {
  if (shell.exitCode !== null) throw new Error(`the lines ended:\n${said().slice(-3000)}`)
  if (daprRun() === undefined) return false // whoever answers there is not ours
  const ready = await fetch(`${gateway}/readyz`, { signal: AbortSignal.timeout(2000) }).then(
    ({ ok }) => ok,
    () => false,
  )
  if (!ready) return false
  // The gateway is ready before what lies behind it.
  return fetch(`${gateway}/v1/products`).then(({ ok }) => ok)
}

describe("the README's lines for a start by hand", () => {
  byHand(
    'start a shop that sells, and Ctrl-C leaves no process behind',
    async () => {
      const shell = runLines(block('by-hand'))
      await eventually(
        () => isOpen(shell),
        (open) => open,
        120_000,
      )

      const options = { cwd: checkout, env, encoding: 'utf8' } as const
      execFileSync('bash', ['-euo', 'pipefail', '-c', block('by-hand-seed')], options)
      const tour = execFileSync('bash', ['-euo', 'pipefail', '-c', block('tour')], {
        ...options,
        env: { ...env, MICROMART_URL: gateway },
      })
      expect(tour).toMatch(/^PAID$/m)

      const dapr = leftOver().find((pid) => /(?:^|\/)dapr run /.test(commandOf(pid)))
      process.kill(Number(dapr), 'SIGINT')
      await eventually(
        async () => leftOver().map(commandOf),
        (left) => left.length === 0,
        30_000,
      )
      expect(await takenPorts()).toEqual([])
    },
    240_000,
  )
})
