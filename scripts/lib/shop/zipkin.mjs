import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { cacheDir } from '../machine/paths.mjs'
import { isFree } from '../machine/ports.mjs'
import { findProgram } from '../machine/programs.mjs'
import { outputOf, runCommand } from '../machine/run-command.mjs'
import { spawnServer } from '../stores/servers.mjs'
import { Fault } from '../terminal/fault.mjs'
import { inRange, versionIn } from '../machine/versions.mjs'

const version = '3.6.1'
const jarName = `zipkin-server-${version}-exec.jar`

export const zipkinJar = () => path.join(cacheDir(), 'zipkin', jarName)

/** Java 17 or later, or undefined. */
export const findJava = async () => {
  const file = findProgram('java')
  const found = file && versionIn(await outputOf(file, ['-version']))
  return inRange(found, { from: [17, 0, 0], below: [99, 0, 0] }) ? file : undefined
}

/** Whether a Zipkin answers at an address. */
export const zipkinAnswers = async (url) => {
  const answer = await fetch(new URL('/health', url), { signal: AbortSignal.timeout(2000) }).catch(
    () => undefined,
  )
  return answer?.ok ?? false
}

const fetchJar = async (say, logDir) => {
  const folder = path.join(path.dirname(zipkinJar()), `fetching.${process.pid}`)
  mkdirSync(folder, { recursive: true })
  try {
    const log = path.join(logDir, 'zipkin-fetch.log')
    const args = [
      '--batch-mode',
      'dependency:copy',
      `-Dartifact=io.zipkin:zipkin-server:${version}:jar:exec`,
      `-DoutputDirectory=${folder}`,
    ]
    await say.step(
      `Zipkin ${version}: fetching the published jar by Maven`,
      { usually: '30 to 60 s, once' },
      () => runCommand(findProgram('mvn'), args, { log, cwd: folder }),
    )
    renameSync(path.join(folder, jarName), zipkinJar())
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Zipkin's published jar. @throws Fault when it is not here and cannot be fetched */
export const ensureZipkinJar = async (say, logDir) => {
  if (existsSync(zipkinJar())) return zipkinJar()
  if (!findProgram('mvn')) {
    throw new Fault("Zipkin's jar is not there, and Maven, which fetches it, neither", {
      advice: 'Install Maven (Debian: sudo apt-get install maven), then start again.',
    })
  }
  await fetchJar(say, logDir)
  return zipkinJar()
}

// Spring reads a list as a whole, so all of its entry is given.
const loopback = (port) => [
  `--armeria.ports[0].port=${port}`,
  '--armeria.ports[0].ip=127.0.0.1',
  '--armeria.ports[0].protocols[0]=http',
]

/**
 * Finds or starts what keeps the traces: Zipkin, unless an OTLP receiver is named. A shop without works as well, so nothing here fails a
 * start.
 * @param url a given Zipkin's address
 * @param otlpUrl an OTLP receiver's, which is taken instead
 * @param port of an own one
 * @returns `{ url }` of Zipkin, `{ otlpUrl }`, or `{ why }` there is none
 */
export const startTraces = async ({ url, otlpUrl, off, port, run, logDir, say }) => {
  if (otlpUrl) return { otlpUrl }
  if (off) return { why: 'no ZIPKIN_URL is given' }
  if (url) return { url }
  const own = `http://127.0.0.1:${port}`
  if (await zipkinAnswers(own)) return { url: own }
  if (!(await isFree(port))) return { why: `port ${port} is taken by something else` }
  const java = await findJava()
  if (!java) return { why: 'there is no Java 17 or later' }
  try {
    if (!existsSync(zipkinJar())) {
      if (!findProgram('mvn'))
        return { why: 'its jar is not there and Maven, which fetches it, neither' }
      await fetchJar(say, logDir)
    }
  } catch (error) {
    return { why: `its jar could not be fetched (${error.log ?? error.message})` }
  }
  const args = ['-Xmx256m', '-XX:TieredStopAtLevel=1', '-jar', zipkinJar(), ...loopback(port)]
  const env = {
    ...process.env,
    STORAGE_TYPE: 'mem',
    MEM_MAX_SPANS: '200000',
    QUERY_PORT: String(port),
  }
  spawnServer('zipkin', java, args, { run, log: path.join(logDir, 'zipkin.log'), env })
  return { url: own, starting: true }
}
