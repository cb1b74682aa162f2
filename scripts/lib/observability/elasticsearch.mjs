import { createServer, request } from 'node:http'
import { existsSync, mkdirSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { stringify } from 'yaml'
import { cacheDir } from '../machine/paths.mjs'
import { freePorts } from '../machine/ports.mjs'
import { findProgram } from '../machine/programs.mjs'
import { runCommand } from '../machine/run-command.mjs'
import { findJava } from '../shop/zipkin.mjs'
import { spawnServer, waitFor } from '../stores/servers.mjs'

const version = '8.19.0'
const artifact = `org.elasticsearch.distribution.integ-test-zip:elasticsearch:${version}:zip`
const home = () => path.join(cacheDir(), `elasticsearch-${version}`)

const missingProgram = async () => {
  if (!(await findJava())) return 'there is no Java 17 or later'
  const absent = ['mvn', 'unzip', 'unshare'].find((name) => !findProgram(name))
  return absent && `${absent} is not on the PATH`
}

const fetchZip = async (log) => {
  const folder = `${home()}.fetching.${process.pid}`
  mkdirSync(folder, { recursive: true })
  try {
    const wanted = ['dependency:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`]
    const options = { log, cwd: folder }
    await runCommand(findProgram('mvn'), ['--batch-mode', ...wanted], options)
    const zip = path.join(folder, `elasticsearch-${version}.zip`)
    await runCommand(findProgram('unzip'), ['-q', zip, '-d', folder], options)
    renameSync(path.join(folder, `elasticsearch-${version}`), home())
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * Elasticsearch as its makers publish it for integration tests: the server, without ingest processors, data streams and lifecycles.
 * @returns `{ home }`, or `{ missing }`: why it cannot be had
 */
export const ensureElasticsearch = async (say, logDir) => {
  const missing = await missingProgram()
  if (missing) return { missing }
  if (!existsSync(home())) {
    await say.step(
      `Elasticsearch ${version}: fetching the published archive by Maven`,
      { usually: '10 to 60 s, once' },
      () => fetchZip(path.join(logDir, 'elasticsearch-fetch.log')),
    )
  }
  return { home: home() }
}

const settings = (folder, port) => ({
  'cluster.name': 'micromart',
  'discovery.type': 'single-node',
  'network.host': '127.0.0.1',
  'http.port': port,
  'transport.port': 0,
  'path.data': path.join(folder, 'data'),
  'path.logs': path.join(folder, 'logs'),
  'xpack.security.enabled': false,
  'cluster.routing.allocation.disk.threshold_enabled': false,
})

/** It refuses to be root: in a user namespace root has another number, and its files are its own. */
const notAsRoot = (program) =>
  process.getuid() === 0
    ? [findProgram('unshare'), ['--user', '--map-user=1000', '--map-group=1000', program]]
    : [program, []]

const logging = `appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d][%p][%c] %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
`

const jsonOf = async (answer) => {
  const body = await answer.json()
  if (!answer.ok) throw new Error(`Elasticsearch says ${answer.status}: ${JSON.stringify(body)}`)
  return body
}

/** What a whole Elasticsearch says of itself at `/`, where this one, which lacks that module, says nothing: Filebeat asks. */
const greeting = JSON.stringify({
  cluster_name: 'micromart',
  version: { number: version },
  tagline: 'You Know, for Search',
})

/** A door that answers `/` and passes everything else on. */
const openDoor = async (port) => {
  const server = createServer((asked, answer) => {
    if (asked.url === '/') {
      answer.setHeader('content-type', 'application/json').end(greeting)
      return
    }
    const { url, method, headers } = asked
    const passed = request({ host: '127.0.0.1', port, path: url, method, headers }, (given) => {
      answer.writeHead(given.statusCode, given.headers)
      given.pipe(answer)
    })
    passed.on('error', () => answer.destroy())
    asked.pipe(passed)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${server.address().port}`
}

/**
 * Starts Elasticsearch on the loopback.
 * @param folder of its own
 * @returns `{ url, ask }`; `ask(method, path, body)` answers the body
 */
export const startElasticsearch = async ({ folder, run, log, from }) => {
  for (const each of ['config', 'data', 'logs', 'tmp']) {
    mkdirSync(path.join(folder, each), { recursive: true })
  }
  const [port] = await freePorts(1)
  const config = path.join(folder, 'config')
  writeFileSync(path.join(config, 'elasticsearch.yml'), stringify(settings(folder, port)))
  writeFileSync(path.join(config, 'jvm.options'), '-Xms512m\n-Xmx512m\n')
  writeFileSync(path.join(config, 'log4j2.properties'), logging)
  const java = realpathSync(await findJava())
  const env = {
    ...process.env,
    ES_PATH_CONF: config,
    ES_JAVA_HOME: path.resolve(java, '..', '..'),
    ES_TMPDIR: path.join(folder, 'tmp'),
  }
  const own = `http://127.0.0.1:${port}`
  const command = notAsRoot(path.join(from, 'bin', 'elasticsearch'))
  const server = spawnServer('elasticsearch', ...command, { run, log, env, cwd: folder })
  await waitFor(
    'Elasticsearch',
    server,
    () => fetch(`${own}/_cluster/health`).then(jsonOf),
    180_000,
  )
  const ask = async (method, route, body) => {
    const headers = { 'content-type': 'application/json' }
    const sent = { method, headers, ...(body && { body: JSON.stringify(body) }) }
    return jsonOf(await fetch(`${own}/${route}`, sent))
  }
  return { url: await openDoor(port), ask }
}
