import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { adviceFor, Fault } from '../terminal/fault.mjs'

/**
 * Starts a long-running process with its output in a log and records it in the run. In a process group
 * of its own: a Ctrl-C in the terminal reaches only the starter, which stops all in good order.
 * @returns what `waitFor` watches
 */
export const spawnServer = (name, file, args, { run, log, cwd, env = process.env }) => {
  const output = openSync(log, 'a')
  const child = spawn(file, args, { cwd, env, detached: true, stdio: ['ignore', output, output] })
  closeSync(output)
  const server = { name, log, child, ended: undefined }
  child.on('error', (error) => (server.ended = error.message))
  child.on('exit', (code, signal) => (server.ended ??= signal ?? `code ${code}`))
  if (child.pid) run.record(name, child.pid)
  child.unref()
  return server
}

const lastLines = (file, count = 6) =>
  readFileSync(file, 'utf8').trim().split('\n').slice(-count).join('\n    ')

/** Asks until `ask` no longer throws; a Fault when the server ends or the time is up. */
export const waitFor = async (what, server, ask, limitMs = 60_000) => {
  const until = Date.now() + limitMs
  for (;;) {
    const error = await ask().then(
      () => undefined,
      (reason) => reason,
    )
    if (error === undefined) return
    const late = Date.now() > until
    if (server.ended === undefined && !late) {
      await sleep(100)
      continue
    }
    const text = lastLines(server.log)
    const why =
      server.ended === undefined
        ? `did not answer in ${limitMs / 1000} s (${error.message})`
        : `ended with ${server.ended}`
    throw new Fault(`${what} ${why}:\n    ${text}`, {
      advice: adviceFor(text) ?? 'Read the log.',
      log: server.log,
    })
  }
}
