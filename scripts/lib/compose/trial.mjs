import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { partNames } from '../images/digests.mjs'
import { root } from '../machine/paths.mjs'
import { Fault } from '../terminal/fault.mjs'
import { doorFaults } from './doors.mjs'
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
    rows.map(([name, used]) => [
      name.replace(/^micromart(?:-verify)?-(.*)-\d+$/, '$1'),
      mebibytes(used),
    ]),
  )
  const total = Object.values(services).reduce((sum, each) => sum + each, 0)
  return { total: Math.round(total), services }
}

/** Another script, against the shop: what it says when it fails. */
const script = (name, args, env = process.env) => {
  const all = [path.join(root, 'scripts', name), ...args]
  const { status, stdout, stderr } = spawnSync(process.execPath, all, { encoding: 'utf8', env })
  return status === 0 ? [] : [`${stdout}${stderr}`.trim()]
}

const demo = (gateway, count) => script('demo.mjs', ['--url', gateway, '--count', String(count)])

const endToEnd = (gateway, people) => {
  const env = { ...process.env, MICROMART_ACCOUNTS: JSON.stringify(people) }
  return script('test-deployed.mjs', ['--url', gateway], env)
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

const idOf = (compose, service) => compose.ask(['ps', '--quiet', service])

/**
 * Docker starts again what dies; what an operator stops by name stays stopped, so the process itself is killed: by a container that sees the
 * engine's processes, as whoever runs this may not be their owner.
 */
const kill = async (compose, service) => {
  const ask = (name, id) => compose.docker(['inspect', '--format', name, id])
  const pid = await ask('{{.State.Pid}}', await idOf(compose, service))
  const image = await ask('{{.Image}}', await idOf(compose, 'gateway'))
  const rights = ['--pid', 'host', '--user', '0', '--cap-drop', 'ALL', '--cap-add', 'KILL']
  const program = ['--eval', `process.kill(${pid}, 'SIGKILL')`]
  const flags = ['--rm', '--network', 'none', ...rights, '--entrypoint', 'node']
  const said = await compose.docker(['run', ...flags, image, ...program])
  if (said === undefined) throw new Fault(`${service} could not be killed (process ${pid})`)
}

const ask = (compose, service, program) =>
  compose.ask(['exec', '-T', service, 'node', '-e', program])

const opening = (host, port) =>
  `require('net').connect(${port}, '${host}').on('connect', () => { console.log('open'); process.exit() }).on('error', ({ code }) => { console.log(code); process.exit() })`

const listeners = `['tcp', 'tcp6'].map((name) => '/proc/net/' + name).filter(fs.existsSync).map((file) => fs.readFileSync(file, 'utf8')).join('')`

/** Each app sees who listens in its pod, and one of them whether it is so. */
const openDoors = async (compose, apps) => {
  const faults = []
  for (const app of apps) {
    const text = await compose.ask(['exec', '-T', app, 'node', '--print', listeners])
    faults.push(...doorFaults(app, text ?? ''))
  }
  for (const [port, expected] of [
    [3500, 'ECONNREFUSED'],
    [50002, 'open'],
  ]) {
    const said = await ask(compose, 'gateway', opening('order', port))
    if (said !== expected) faults.push(`order:${port} answers ${said}`)
  }
  return faults
}

const speaksPlainly = async (compose) => {
  const program = `require('http').get('http://redis:6379', () => console.log('spoken')).on('error', ({ code }) => console.log(code))`
  const said = await ask(compose, 'gateway', program)
  return said === 'spoken' || said === undefined ? [`redis without TLS: ${said}`] : []
}

const killed = ['order', 'order-dapr', 'gateway', 'cart', 'redis', 'mysql']

/** Kills one container after the other. @returns how long it took until the shop sold again, by container */
const killAll = async ({ compose, gateway, say, note }) => {
  const recovery = {}
  for (const service of killed) {
    await say.step(`${service}: killed`, { usually: '5 to 60 s' }, async () => {
      await kill(compose, service)
      const { faults, ms } = await recovers(gateway)
      recovery[service] = ms
      note(`${service}: comes back by itself when it is killed, and the shop sells again`, faults)
    })
  }
  await say.step('cart-pod: restarted by hand, and healed', { usually: '20 to 60 s' }, async () => {
    await compose.docker(['restart', await idOf(compose, 'cart-pod')])
    const stranded = await heal(compose)
    note('a pod restarted by hand is healed', [
      ...(stranded.join() === 'cart,cart-dapr' ? [] : [`stranded: ${stranded.join(', ')}`]),
      ...(await recovers(gateway)).faults,
    ])
  })
  return recovery
}

/** What is open, and shoppers and tests that come by the front door. */
const lookAround = async ({ compose, files, gateway, say, note }) => {
  note('no door of a pod is open to others that need not be', await openDoors(compose, partNames()))
  note('Redis speaks TLS alone', await speaksPlainly(compose))
  await say.step('load: shoppers round after round', { usually: '10 to 30 s' }, async () => {
    const load = ['--profile', 'load']
    await compose.run([...load, 'up', '--detach', '--wait', '--wait-timeout', '300', 'load'])
    note('the profile load is well while its shoppers get in', [])
    await compose.run([...load, 'rm', '--stop', '--force', 'load'])
  })
  await say.step('The end-to-end tests by its address', { usually: '30 to 60 s' }, async () => {
    note('npm run test:deployed passes', endToEnd(gateway, files.people))
  })
}

/**
 * Starts the whole shop, sells, kills one container after the other, and looks at what all of it takes.
 * @param settings `{ compose, files, gateway, say }`; `files` of `writeComposeFiles`
 * @returns `{ checks: [{ check, faults }], figures }`; without figures when nothing can be bought
 */
export const tryCompose = async ({ compose, files, gateway, say }) => {
  const checks = []
  const note = (check, faults) => checks.push({ check, faults })
  const began = Date.now()
  await say.step('Containers', { usually: '60 to 180 s' }, () => startAll(compose))
  const startMs = Date.now() - began
  note('docker compose up --wait starts all of it', [])
  await seedPeople(compose, files)
  await seedGoods(gateway, files)
  const faults = demo(gateway, 40)
  note('npm run demo sells', faults)
  if (faults.length > 0) return { checks }
  const memory = await memoryOf(compose)
  await lookAround({ compose, files, gateway, say, note })
  const recovery = await killAll({ compose, gateway, say, note })
  return { checks, figures: { startMs, memory, recovery, later: await memoryOf(compose) } }
}
