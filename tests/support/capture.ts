import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { eventually, shop } from './shop.ts'

type Captured<Result> = {
  readonly result: Result
  /** All packets as they were. */
  readonly bytes: Buffer
  /** `address:port` of all that were sent something. */
  readonly flows: ReadonlySet<string>
}

const program = () => {
  const [first, ...rest] = shop.cluster?.inside ?? []
  if (!first) throw new Error('packets can be captured in the cluster of this checkout only')
  return [first, [...rest, 'tcpdump']] as const
}

/** Each packet at once, without names, and room for what two cores cannot write at once. */
const flags = '-i any -n -U --immediate-mode -s 0 -B 65536 -Z root'.split(' ')

const start = (file: string) => {
  const [first, rest] = program()
  const child = spawn(first, [...rest, ...flags, '-w', file, 'tcp'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  // Read to its end: a pipe that nobody reads ends the program.
  child.stderr.on('data', (data: Buffer) => {
    said += data.toString()
  })
  return { child, said: () => said, exit: once(child, 'exit') }
}

type Running = ReturnType<typeof start>

/** Asks until it is so, as long as the program runs. */
const whileRunning = ({ child, said }: Running, ask: () => Promise<boolean>): Promise<boolean> =>
  eventually(
    async () => {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`tcpdump: ${said()}`)
      return await ask()
    },
    (isSo) => isSo,
    60_000,
  )

const flowsIn = (file: string): ReadonlySet<string> => {
  const [first, rest] = program()
  const text = execFileSync(first, [...rest, '-n', '-q', '-r', file], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const targets = text.matchAll(/ > (\d+\.\d+\.\d+\.\d+)\.(\d+): /g)
  return new Set([...targets].map(([, address, port]) => `${address}:${port}`))
}

/**
 * Traces go in the open and hold nothing of persons: what is asked there can be read, and once it was seen all that went before it
 * was, too.
 */
const seenLast = async (running: Running, file: string): Promise<void> => {
  const mark = randomBytes(16).toString('hex')
  await whileRunning(running, async () => {
    await fetch(`${shop.zipkin}/api/v2/trace/${mark}`)
    return readFileSync(file).includes(mark)
  })
}

/** All packets between pods while something is done. @throws when the capture does not see what can be read */
export const capture = async <Result>(work: () => Promise<Result>): Promise<Captured<Result>> => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'micromart-capture-'))
  const file = path.join(folder, 'packets')
  const running = start(file)
  try {
    await whileRunning(running, async () => running.said().includes('listening on'))
    const result = await work()
    await seenLast(running, file)
    running.child.kill('SIGINT')
    await running.exit
    return { result, bytes: readFileSync(file), flows: flowsIn(file) }
  } finally {
    running.child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
}
