import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Fault } from '../terminal/fault.mjs'
import { readJson } from './secrets.mjs'

const answers = async (url) => {
  const answer = await fetch(url, { signal: AbortSignal.timeout(2000) }).catch(() => undefined)
  await answer?.body?.cancel()
  return answer?.ok ?? false
}

/** Longer than an app gives each of its checks. */
const readyLimitMs = 3_000

/**
 * What an app says of itself: `{ ready, checks }`, each check `ok` or what is wrong.
 * @param port its small HTTP port
 */
export const readinessAt = async (port) => {
  try {
    const url = `http://127.0.0.1:${port}/readyz`
    const answer = await fetch(url, { signal: AbortSignal.timeout(readyLimitMs) })
    const { checks = {} } = await answer.json()
    return { ready: answer.ok, checks }
  } catch {
    return { ready: false, checks: { process: 'does not answer' } }
  }
}

/** The apps that aren't ready. */
const notReady = async (ports) => {
  const apps = Object.keys(ports)
  const said = await Promise.all(apps.map((app) => readinessAt(ports[app].http)))
  return apps.filter((_, index) => !said[index].ready)
}

export const appState = (home, app) => readJson(path.join(home, 'run', 'apps', `${app}.json`))

const tail = (file, count) =>
  existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').slice(-count) : ['(no log yet)']

const logOf = (logDir, app) => path.join(logDir, `${app}.log`)

const failure = (apps, why, logDir) =>
  new Fault(
    `${why}\n${apps.map((app) => `  ${app}:\n    ${tail(logOf(logDir, app), 4).join('\n    ')}`).join('\n')}`,
    {
      advice: 'Read the log of the app, and of its sidecar, which lies in .dapr/logs.',
      log: apps.map((app) => logOf(logDir, app)).join(' '),
    },
  )

const crashes = 4

/** Waits until every app says that it is ready; a Fault with the logs' last lines otherwise. */
export const waitUntilReady = async ({
  ports,
  home,
  logDir,
  dapr,
  limitMs = 120_000,
  progress,
}) => {
  const until = Date.now() + limitMs
  const gateway = `http://127.0.0.1:${ports.gateway.public}/readyz`
  for (;;) {
    const missing = await notReady(ports)
    if (missing.length === 0 && (await answers(gateway))) return
    progress?.(`waiting for ${missing.join(', ') || 'the gateway'}`)
    if (dapr.ended !== undefined) {
      const text = tail(dapr.log, 8).join('\n    ')
      throw new Fault(`dapr run ended with ${dapr.ended}:\n    ${text}`, {
        advice: 'Read the log.',
        log: dapr.log,
      })
    }
    const broken = missing.filter((app) => (appState(home, app).crashes ?? 0) >= crashes)
    if (broken.length > 0)
      throw failure(broken, `${broken.join(', ')} crashed ${crashes} times`, logDir)
    if (Date.now() > until)
      throw failure(missing, `Not ready after ${limitMs / 1000} s: ${missing.join(', ')}`, logDir)
    await sleep(200)
  }
}
