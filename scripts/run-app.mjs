#!/usr/bin/env node
/**
 * Runs one app under Node 24 and starts it again after a crash, which the Dapr CLI doesn't.
 *
 *   node scripts/run-app.mjs services/cart/src/main.ts
 *
 * SIGTERM and SIGINT are passed on and waited for. With MICROMART_LOG_DIR set, the app's output goes to
 * <dir>/<APP_ID>.log: past the CLI, which copies line by line and hangs on one of more than 64 KiB.
 * With MICROMART_APPS_DIR set, <dir>/<APP_ID>.json tells how often it was started.
 * With MICROMART_APP_ENV_DIR set, the variables in <dir>/<APP_ID>.json are the app's alone: its tokens, its certificates.
 */
import { spawn } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'
import { node24, nodeFlags } from './lib/machine/node24.mjs'

const [entry, ...args] = process.argv.slice(2)
const help =
  'usage: node scripts/run-app.mjs <entry.ts> [arguments]\n\nRuns an app under Node 24 and restarts it when it crashes.'
if (entry === '--help') {
  console.log(help)
  process.exit(0)
}
if (!entry || !existsSync(entry)) {
  console.error(`${entry ? `There is no ${entry}` : 'What shall be run?'}\n\n${help}`)
  process.exit(2)
}

const longestPauseMs = 10_000
const soundAfterMs = 30_000 // an app that lived this long crashed for a new reason: no long pause
const preloads = [
  new URL('./lib/shop/end-with-parent.mjs', import.meta.url),
  new URL('./lib/shop/collect-after-start.mjs', import.meta.url),
].flatMap(({ href }) => ['--import', href])
const { APP_ID = path.basename(path.resolve(entry, '..', '..')) } = process.env
const { MICROMART_LOG_DIR: logDir, MICROMART_APPS_DIR: appsDir } = process.env
const { MICROMART_APP_ENV_DIR: environments } = process.env

const own = environments
  ? JSON.parse(readFileSync(path.join(environments, `${APP_ID}.json`), 'utf8'))
  : {}

const output = logDir ? openSync(path.join(logDir, `${APP_ID}.log`), 'a') : 1
const parent = process.ppid
let starts = 0
let stopping = false
let child
let retry

const say = (text) =>
  writeSync(
    output,
    `${JSON.stringify({ '@timestamp': new Date().toISOString(), 'log.level': 'warn', 'service.name': APP_ID, message: text })}\n`,
  )

const note = (state) => {
  if (!appsDir) return
  mkdirSync(appsDir, { recursive: true })
  const file = path.join(appsDir, `${APP_ID}.json`)
  writeFileSync(`${file}.tmp`, JSON.stringify({ restarter: process.pid, starts, ...state }))
  renameSync(`${file}.tmp`, file)
}

const pauseAfter = (crashes) => Math.min(500 * 2 ** (crashes - 1), longestPauseMs)

const start = (crashes) => {
  starts += 1
  const startedAt = Date.now()
  const stdio = ['ignore', output, logDir ? output : 2, 'pipe']
  const env = { ...process.env, ...own }
  child = spawn(node24(), [...nodeFlags, ...preloads, entry, ...args], { stdio, env })
  note({ pid: child.pid })
  child.on('error', (error) => say(`cannot run ${node24()}: ${error.message}`))
  child.on('close', (code, signal) => {
    if (stopping) process.exit(code ?? 0)
    const again = Date.now() - startedAt > soundAfterMs ? 1 : crashes + 1
    say(`ended by ${signal ?? `code ${code}`}; starting it again in ${pauseAfter(again)} ms`)
    note({ crashes: again, lastEnd: signal ?? code })
    retry = setTimeout(() => start(again), pauseAfter(again))
  })
}

const stop = (signal) => {
  if (stopping) return
  stopping = true
  clearTimeout(retry)
  if (child.exitCode !== null || child.signalCode !== null) process.exit(0)
  child.kill(signal)
}

process.on('SIGTERM', () => stop('SIGTERM'))
process.on('SIGINT', () => stop('SIGINT'))
// The CLI may die without stopping us; a new parent means that the old one is gone.
setInterval(() => process.ppid !== parent && stop('SIGTERM'), 1000)
start(0)
