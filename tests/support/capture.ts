import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { shop } from './shop.ts'

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

const started = async (file: string) => {
  const [first, rest] = program()
  // Large enough for what two cores cannot write at once; without names, each packet at once.
  const flags = ['-i', 'any', '-n', '-U', '-s', '0', '-B', '65536', '-Z', 'root', '-w', file, 'tcp']
  const child = spawn(first, [...rest, ...flags], { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  for await (const data of child.stderr) {
    said += String(data)
    if (said.includes('listening on')) break
  }
  if (!said.includes('listening on')) throw new Error(`tcpdump: ${said}`)
  return child
}

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

/** All packets between pods while something is done. */
export const capture = async <Result>(work: () => Promise<Result>): Promise<Captured<Result>> => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'micromart-capture-'))
  const file = path.join(folder, 'packets')
  try {
    const child = await started(file)
    const result = await work()
    const exit = once(child, 'exit')
    child.kill('SIGINT')
    await exit
    return { result, bytes: readFileSync(file), flows: flowsIn(file) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
