import { X509Certificate } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { certificateFiles } from '../certificates/certificates.mjs'
import { canInstall } from './apt.mjs'
import { freeSpace, spaceNeeded, takenPorts } from './checks-before.mjs'
import { findGo } from './go-programs.mjs'
import { findDapr } from '../dapr/install.mjs'
import { daprCli, daprd, daprPrograms, sentry } from '../dapr/programs.mjs'
import { outdated } from './dependencies.mjs'
import { isTls } from '../stores/address.mjs'
import { findMysql, tooOld } from '../stores/own-mysql.mjs'
import { findRedis } from '../stores/own-redis.mjs'
import { cacheDir, isCheckout, root, shopHome } from './paths.mjs'
import { findProgram } from './programs.mjs'
import { outputOf } from './run-command.mjs'
import { protectionOf } from '../shop/protection.mjs'
import { readRun, starterIsAlive } from '../shop/run-file.mjs'
import { versionText } from './versions.mjs'
import { findJava, zipkinAnswers, zipkinJar } from '../shop/zipkin.mjs'

const ok = (text) => ({ mark: 'ok', text })
const note = (text, advice) => ({ mark: 'note', text, advice })
const bad = (text, advice) => ({ mark: 'bad', text, advice })

const reaches = (host, port) =>
  new Promise((resolve) => {
    const socket = net.connect({ host, port, timeout: 4000 })
    const end = (answer) => () => {
      socket.destroy()
      resolve(answer)
    }
    socket.on('connect', end(true)).on('error', end(false)).on('timeout', end(false))
  })

const node = () => {
  const version = process.versions.node
  return Number(version.split('.')[0]) >= 20
    ? ok(`${version} runs the scripts`)
    : bad(`${version} is too old`, 'Install Node 20 or later.')
}

const packages = () => {
  const why = outdated()
  return why ? note(`${why}: "npm start" installs them`) : ok('as the lockfile says')
}

const { zeroTrust } = protectionOf()

const daprNeeded = async () => {
  const found = await Promise.all(daprPrograms({ zeroTrust }).map(findDapr))
  return found.some(({ file }) => !file)
}

const disk = async () => {
  const needed = spaceNeeded(await daprNeeded())
  const folders = [shopHome, cacheDir()].map((folder) => (existsSync(folder) ? folder : root))
  const free = Math.min(...folders.map(freeSpace))
  const text = `${(free / 1e9).toFixed(1)} GB free, ${needed / 1e9} GB needed`
  return free >= needed
    ? ok(text)
    : bad(`full: ${text}`, 'Free some space, or set MICROMART_CACHE.')
}

const shop = () => {
  const run = readRun(shopHome)
  if (!run) return ok('none runs here')
  return starterIsAlive(run)
    ? note(`one runs here already (process ${run.starter.pid})`, '"npm stop" ends it.')
    : note('a dead start left processes behind', '"npm stop", or the next "npm start", ends them.')
}

const ports = async () => {
  if (!isCheckout) return ok('free ones are taken')
  if (outdated()) return note('not checked before the packages are there')
  const { portsOf, readRunFile } = await import('../shop/run-file-yaml.mjs')
  const taken = await takenPorts(portsOf(readRunFile()))
  if (taken.length === 0) return ok('all free')
  if (starterIsAlive(readRun(shopHome))) return ok('held by the running shop')
  const list = taken.map(({ port, use, holder = 'somebody' }) => `${port} (${use}) by ${holder}`)
  return bad(`taken: ${list.join('; ')}`, 'Stop what holds them.')
}

const tlsAdvice =
  'Add ?ssl-mode=VERIFY_IDENTITY&ssl-ca=<file> to a mysql:// address; write rediss://...?ssl_ca_certs=<file>.'

const store = (title, variable, find, tooOldText) => async () => {
  const given = process.env[variable]
  if (given) {
    const { host, hostname, port } = new URL(given)
    if (protectionOf().tls && !isTls(given)) {
      return bad(`${variable} names one without TLS, and MICROMART_TLS asks for it`, tlsAdvice)
    }
    const standard = given.startsWith('mysql') ? 3306 : 6379
    return (await reaches(hostname, Number(port || standard)))
      ? ok(`the one at ${host}, from ${variable}`)
      : bad(
          `nothing answers at ${host}, which ${variable} names`,
          'Start it, or unset the variable.',
        )
  }
  const found = await find()
  if (found?.supported) return ok(`${found.file} ${versionText(found.version)}, run privately`)
  if (found) return bad(tooOldText(found), `Install a newer one, or set ${variable}.`)
  return canInstall()
    ? note(`${title} is not here: "npm start" installs the distribution's package`)
    : bad(`there is no ${title}`, `Install it, or set ${variable}.`)
}

const dapr = (program) => async () => {
  const { file, version, from, refused } = await findDapr(program)
  const advice = refused.join(' ') || undefined
  if (file) return { ...ok(`${versionText(version)} from the ${from} (${file})`), advice }
  return note(
    `not here: "npm start" downloads ${program.released}, or builds ${program.built} (${program.usually})`,
    advice,
  )
}

const authority = async () =>
  zeroTrust ? dapr(sentry)() : ok('not needed: MICROMART_ZERO_TRUST is not 1')

const certificates = () => {
  const { certificate } = certificateFiles(path.join(shopHome, 'certs'), 'gateway')
  if (!existsSync(certificate)) return ok('"npm start", or "npm run certs", makes them')
  const { validTo } = new X509Certificate(readFileSync(certificate))
  return ok(`good until ${new Date(validTo).toISOString().slice(0, 10)}; "npm start" renews them`)
}

const go = async () => {
  if (!(await daprNeeded())) return ok('not needed')
  const found = await findGo()
  return found
    ? ok(`${versionText(found.version)}, in case Dapr has to be built`)
    : note(
        'not here: Dapr can then only be downloaded',
        'Install Go 1.21 or later if the download fails.',
      )
}

const network = async () => {
  const registry = new URL(
    (await outputOf('npm', ['config', 'get', 'registry']))?.split('\n').at(-1) ?? 'none:',
  )
  const answer = await fetch(registry, { signal: AbortSignal.timeout(5000) }).catch(() => undefined)
  if (answer) return ok(`the npm registry answers`)
  const needed = outdated() || (await daprNeeded())
  const text = 'the npm registry does not answer'
  return needed
    ? bad(text, 'Packages or Dapr have to be fetched: check connection and proxy.')
    : note(`${text}; nothing has to be fetched`)
}

const zipkin = async () => {
  if (process.env.OTLP_URL) return ok('not needed: traces go where OTLP_URL says')
  if (process.env.ZIPKIN_URL) {
    return (await zipkinAnswers(process.env.ZIPKIN_URL))
      ? ok('the one that ZIPKIN_URL names')
      : note('ZIPKIN_URL names one that does not answer; the shop runs without')
  }
  if (!(await findJava())) return note('none: there is no Java 17; the shop runs without traces')
  if (existsSync(zipkinJar())) return ok('its jar is here')
  return findProgram('mvn')
    ? ok('Maven will fetch its jar')
    : note('none: no jar, and no Maven to fetch it; the shop runs without traces')
}

/** What `npm run doctor` looks at, in order. Each answers `{ mark: 'ok' | 'note' | 'bad', text, advice }`. */
export const checkups = {
  node,
  packages,
  disk,
  shop,
  ports,
  mysql: store('MariaDB or MySQL', 'MICROMART_MYSQL_URL', findMysql, tooOld),
  redis: store(
    'Redis',
    'MICROMART_REDIS_URL',
    findRedis,
    ({ file }) => `${file} is older than 6.2`,
  ),
  'dapr cli': dapr(daprCli),
  daprd: dapr(daprd),
  sentry: authority,
  certificates,
  go,
  network,
  zipkin,
}
