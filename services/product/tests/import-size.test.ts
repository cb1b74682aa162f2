import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { apps } from '@micromart/contracts'
import {
  eventually,
  freePort,
  startFakeSidecar,
  testDatabase,
  testTokens,
} from '@micromart/testing'
import { migrations } from '../src/repository/migrations/index.ts'
import { environment, importer } from './start-for-test.ts'

/** The heap's limit decides how much garbage V8 lets lie; the shop's processes run with this one. */
const flags = ['--max-old-space-size=256']
const entry = new URL('../src/main.ts', import.meta.url).pathname

const stack = new AsyncDisposableStack()
let service: ChildProcess
let importCsv: ReturnType<typeof importer>
beforeAll(async () => {
  const sidecar = stack.use(await startFakeSidecar({ appId: apps.product }))
  const database = stack.use(await testDatabase('product', migrations))
  const tokens = testTokens()
  sidecar.secret('mysql-product', database.url)
  sidecar.answer('user', 'GetJwks', () => ({ jwks: tokens.jwks }))
  const [port, httpPort] = [await freePort(), await freePort()]
  const env = {
    ...process.env,
    ...environment(sidecar, tokens.issuer),
    APP_PORT: String(port),
    HTTP_PORT: String(httpPort),
    LOG_LEVEL: 'warn',
  }
  service = spawn(process.execPath, [...flags, entry], { env, stdio: 'ignore' })
  stack.defer(async () => {
    const gone = once(service, 'exit')
    if (service.kill()) await gone
  })
  const token = tokens.userToken({ id: 'm', roles: ['merchandiser'] })
  importCsv = importer(port, () => token)
  const isReady = async () => (await fetch(`http://127.0.0.1:${httpPort}/readyz`)).status
  await eventually(async () => expect(await isReady()).toBe(200), { withinMs: 30_000 })
}, 60_000)
afterAll(() => stack.disposeAsync(), 30_000)

/** Resident memory of the service in MB. */
const resident = (): number => {
  const status = readFileSync(`/proc/${service.pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024
}

const header =
  'Handle,Title,Body (HTML),Vendor,Type,Tags,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Qty,Variant Price,Image Src'

const body = `"<p>${'A sturdy thing for every day. '.repeat(20)}</p>\n<script>alert(1)</script>"`

/** Products of four records: three variants (the first with a line break) and a picture. */
const productLines = (at: number): string[] => [
  `thing-${at},Thing ${at},${body},Brand ${at % 50},Group ${at % 9} > Kind ${at % 40},"one,two",Size,S,T-${at}-1,10,9.99,/i/${at}.svg`,
  `thing-${at},,,,,,,M,T-${at}-2,10,10.99,`,
  `thing-${at},,,,,,,L,T-${at}-3,10,11.99,`,
  `thing-${at},,,,,,,,,,,/i/${at}-2.svg`,
]

const importTwice = async (file: Buffer) => [await importCsv(file), await importCsv(file)] as const

const onLinux = process.platform === 'linux' ? it : it.skip

onLinux(
  'takes 20,000 records without growing past 200 MB, and again without a change',
  async () => {
    const products = Array.from({ length: 5_000 }, (_, at) => productLines(at))
    const file = Buffer.from([header, ...products.flat(), ''].join('\n'))
    const before = resident()
    let highest = before
    const timer = setInterval(() => {
      highest = Math.max(highest, resident())
    }, 20)

    const [first, second] = await importTwice(file).finally(() => clearInterval(timer))

    expect(first.summary).toEqual({ created: 20_000n, updated: 0n, unchanged: 0n, failed: 0n })
    expect(second.summary).toEqual({ created: 0n, updated: 0n, unchanged: 20_000n, failed: 0n })
    expect(highest - before).toBeLessThan(200)
  },
  240_000,
)
