import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { adviceFor, Fault } from '../terminal/fault.mjs'

const textFrom = (file, start) => readFileSync(file).subarray(start).toString()

// Stack traces end in frames: the line that names the error stands further up.
const excerpt = (text) => {
  const lines = text.trim().split('\n')
  const named = lines.slice(0, -6).findLast((line) => /^\S*(error|fault|fatal)\b/i.test(line))
  return [...(named ? [named] : []), ...lines.slice(-6)].map((line) => `    ${line}`).join('\n')
}

/**
 * Runs a command to its end with its output in a log file.
 * @param log the log's path; appended to
 * @param progress called every second with the text that the command has written so far
 * @param input written to its standard input
 * @returns what it wrote
 * @throws Fault with the last lines and, where they are understood, what to do
 */
export const runCommand = async (
  command,
  args,
  { log, progress, input, what, advice, ...options },
) => {
  mkdirSync(path.dirname(log), { recursive: true })
  const output = openSync(log, 'a')
  const before = statSync(log).size
  const timer = progress && setInterval(() => progress(textFrom(log, before)), 1000)
  try {
    const stdio = [input === undefined ? 'ignore' : 'pipe', output, output]
    const child = spawn(command, args, { ...options, stdio })
    if (input !== undefined) child.stdin.end(input)
    const end = await new Promise((resolve) => {
      child.on('error', (error) => resolve(error.message))
      child.on('close', (code, signal) =>
        resolve(code === 0 ? undefined : (signal ?? `code ${code}`)),
      )
    })
    const text = textFrom(log, before)
    if (end === undefined) return text
    throw new Fault(
      `${what ?? `${command} ${args.join(' ')}`} ended with ${end}:\n${excerpt(text)}`,
      {
        advice: adviceFor(text) ?? advice,
        log,
      },
    )
  } finally {
    clearInterval(timer)
    closeSync(output)
  }
}

/** The trimmed output of a quick command, or undefined when it is absent, fails or takes longer than the time limit. */
export const outputOf = (command, args, timeout = 10_000) =>
  new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout })
    let text = ''
    child.stdout.on('data', (data) => (text += data))
    child.stderr.on('data', (data) => (text += data))
    child.on('error', () => resolve(undefined))
    child.on('close', (code) => resolve(code === 0 ? text.trim() : undefined))
  })
