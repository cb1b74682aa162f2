import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { root } from '../machine/paths.mjs'
import { heal, seedGoods, seedPeople, startAll } from './shop.mjs'

const mebibytes = (text) => {
  const [, number, unit] = /^([\d.]+)(KiB|MiB|GiB)/.exec(text.trim()) ?? []
  return Number(number) * { KiB: 1 / 1024, MiB: 1, GiB: 1024 }[unit]
}

/** `{ total, services: { order: MiB } }`, as the engine counts it. */
const memoryOf = async (compose) => {
  const ids = ((await compose.ask(['ps', '--quiet'])) ?? '').split('\n')
  const text = await compose.docker([
    'stats',
    '--no-stream',
    '--format',
    '{{.Name}} {{.MemUsage}}',
    ...ids,
  ])
  const rows = (text ?? '').split('\n').map((line) => line.split(' '))
  const services = Object.fromEntries(
    rows.map(([name, used]) => [name.replace(/^.*?-(.*)-\d+$/, '$1'), mebibytes(used)]),
  )
  const total = Object.values(services).reduce((sum, each) => sum + each, 0)
  return { total: Math.round(total), services }
}

const demo = (gateway, count) => {
  const args = [path.join(root, 'scripts/demo.mjs'), '--url', gateway, '--count', String(count)]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  return status === 0 ? [] : [`${stdout}${stderr}`.trim()]
}

const patienceMs = 600_000

/** Until a purchase passes again. @returns `{ faults, ms }` */
const recovers = async (gateway) => {
  const began = Date.now()
  let faults = demo(gateway, 4)
  while (faults.length > 0 && Date.now() - began < patienceMs) {
    await sleep(1000)
    faults = demo(gateway, 4)
  }
  return { faults, ms: Date.now() - began }
}

/** Docker starts again what dies; what an operator stops by name stays stopped, so the process itself is killed. */
const kill = async (compose, service) => {
  const id = await compose.ask(['ps', '--quiet', service])
  const pid = await compose.docker(['inspect', '--format', '{{.State.Pid}}', id])
  process.kill(Number(pid), 'SIGKILL')
}

const ask = (compose, service, program) =>
  compose.ask(['exec', '-T', service, 'node', '-e', program])

const opening = (host, port) =>
  `require('net').connect(${port}, '${host}').on('connect', () => { console.log('open'); process.exit() }).on('error', ({ code }) => { console.log(code); process.exit() })`

const refusals = async (compose) => {
  const faults = []
  for (const [host, port] of [
    ['order', 3500],
    ['order', 50001],
    ['order', 7100],
    ['cart', 3500],
  ]) {
    const said = await ask(compose, 'gateway', opening(host, port))
    if (said !== 'ECONNREFUSED') faults.push(`${host}:${port} answers ${said}`)
  }
  const open = await ask(compose, 'gateway', opening('order', 50002))
  return open === 'open' ? faults : [...faults, `order:50002 answers ${open}`]
}

const speaksPlainly = async (compose) => {
  const program = `require('http').get('http://redis:6379', () => console.log('spoken')).on('error', ({ code }) => console.log(code))`
  const said = await ask(compose, 'gateway', program)
  return said === 'spoken' || said === undefined ? [`redis without TLS: ${said}`] : []
}

const killed = ['order', 'order-dapr', 'gateway', 'cart', 'redis', 'mysql']

/**
 * Starts the whole shop, sells, kills one container after the other, and looks at what all of it takes.
 * @param settings `{ compose, files, gateway, say }`; `files` of `writeComposeFiles`
 * @returns `{ checks: [{ check, faults }], figures }`
 */
export const tryCompose = async ({ compose, files, gateway, say }) => {
  const checks = []
  const figures = {}
  const note = (check, faults) => checks.push({ check, faults })
  const began = Date.now()
  await say.step('Containers', { usually: '60 to 180 s' }, () => startAll(compose))
  figures.startMs = Date.now() - began
  note('docker compose up --wait starts all of it', [])
  await seedPeople(compose, files)
  await seedGoods(gateway, files)
  note('npm run demo sells', demo(gateway, 40))
  figures.memory = await memoryOf(compose)
  note(
    'the default set stays under 2.5 GiB',
    figures.memory.total < 2560 ? [] : [`${figures.memory.total} MiB`],
  )
  note('only a sidecar’s door for sidecars is open to other pods', await refusals(compose))
  note('Redis speaks TLS alone', await speaksPlainly(compose))
  figures.recovery = {}
  for (const service of killed) {
    await say.step(`${service}: killed`, { usually: '5 to 60 s' }, async () => {
      await kill(compose, service)
      const { faults, ms } = await recovers(gateway)
      figures.recovery[service] = ms
      note(`${service}: comes back by itself when it is killed, and the shop sells again`, faults)
    })
  }
  await say.step('cart-pod: restarted by hand, and healed', { usually: '20 to 60 s' }, async () => {
    await compose.docker(['restart', await compose.ask(['ps', '--quiet', 'cart-pod'])])
    const stranded = await heal(compose)
    note('a pod restarted by hand is healed', [
      ...(stranded.join() === 'cart,cart-dapr' ? [] : [`stranded: ${stranded.join(', ')}`]),
      ...(await recovers(gateway)).faults,
    ])
  })
  return { checks, figures }
}
