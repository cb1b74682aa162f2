import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'

const runMainModule = join(import.meta.dirname, '../src/run-main.ts')

const program = (body: string): string => `
import { runMain } from ${JSON.stringify(runMainModule)}
await runMain('order', async () => { ${body} })
`

/** Keeps the process alive and says what happens to it. */
const running = `
  const timer = setInterval(() => {}, 1000)
  console.log('started')
  return { [Symbol.asyncDispose]: async () => { clearInterval(timer); console.log('disposed') } }
`

const watch = (child: ChildProcess) => {
  let output = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    output += String(chunk)
  })
  return {
    text: () => output,
    until: async (text: string) => {
      while (!output.includes(text)) await once(child.stdout!, 'data')
    },
  }
}

describe('a process', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'run-main-'))
  })
  afterAll(async () => rm(folder, { recursive: true }))

  const start = async (name: string, body: string) => {
    const file = join(folder, `${name}.ts`)
    await writeFile(file, program(body))
    const child = spawn(process.execPath, ['--no-warnings', file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    return { child, output: watch(child), ended: once(child, 'exit') }
  }

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'disposes its service on %s and ends well',
    async (signal) => {
      const { child, output, ended } = await start(signal, running)
      await output.until('started')
      child.kill(signal)
      expect(await ended).toEqual([0, null])
      expect(output.text()).toContain('disposed')
    },
  )

  it('ends with 1 when it cannot start, saying why', async () => {
    const { output, ended } = await start('failing', `throw new Error('no database')`)
    expect(await ended).toEqual([1, null])
    expect(JSON.parse(output.text())).toMatchObject({
      app: 'order',
      level: 'error',
      msg: 'could not start',
      cause: { message: 'no database' },
    })
  })

  it('S66 logs a rejection that nobody handled, disposes and ends with 1', async () => {
    const body = `setTimeout(() => { Promise.reject(new Error('forgotten')) }, 20); ${running}`
    const { output, ended } = await start('forgetful', body)
    expect(await ended).toEqual([1, null])
    // The log and the console are two writers of one pipe: their order is nobody's promise.
    expect(output.text()).toMatch(/forgotten/)
    expect(output.text()).toMatch(/disposed/)
  })
})
