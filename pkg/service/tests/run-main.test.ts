import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, credentials, status } from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { AppCallbackHealthCheckService } from '@micromart/dapr/protocol'

const runMainModule = join(import.meta.dirname, '../src/run-main.ts')
const serveModule = join(import.meta.dirname, '../src/serve.ts')

const program = (body: string, drainMs = 0): string => `
import { runMain } from ${JSON.stringify(runMainModule)}
await runMain('order', () => ({ DRAIN_MS: ${drainMs} }), async () => { ${body} })
`

/** Keeps the process alive and says what happens to it. */
const running = `
  const timer = setInterval(() => {}, 1000)
  console.log('started')
  return { [Symbol.asyncDispose]: async () => { clearInterval(timer); console.log('disposed') } }
`

/** A service with nothing to call, as `serve` makes it. */
const serving = `
  const { serve } = await import(${JSON.stringify(serveModule)})
  const server = await serve({
    grpcPort: 0, httpPort: 0, services: [], checks: { store: async () => undefined },
    verifier: { verify: async () => ({ kind: 'anonymous' }) },
    log: { debug() {}, info() {}, warn() {}, error() {} },
  })
  console.log('started', server.httpPort, server.port)
  return { [Symbol.asyncDispose]: async () => {
    await server[Symbol.asyncDispose]()
    console.log('disposed')
  } }
`

/** The gRPC status of Dapr's own question; 0 when it is well. */
const healthOf = (port: number): Promise<number> =>
  new Promise((resolve) => {
    const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure())
    const { path, requestSerialize, responseDeserialize } =
      AppCallbackHealthCheckService.healthCheck
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, {}, (error) => {
      client.close()
      resolve(error?.code ?? status.OK)
    })
  })

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

  const start = async (name: string, body: string, drainMs = 0) => {
    const file = join(folder, `${name}.ts`)
    await writeFile(file, program(body, drainMs))
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

  it('drains: not ready at once, still serving, and closed when its time is up or somebody insists', async () => {
    const { child, output, ended } = await start('draining', serving, 60_000)
    await output.until('started')
    const [, http = '', grpc = ''] = /started (\d+) (\d+)/.exec(output.text()) ?? []
    const ask = async (path: string) => {
      const answer = await fetch(`http://127.0.0.1:${http}${path}`)
      return [answer.status, await answer.json()]
    }
    const ready = { status: 'ready', checks: { store: 'ok' } }
    expect(await ask('/readyz')).toEqual([200, ready])
    child.kill('SIGTERM')
    await output.until('draining')
    const draining = { status: 'not ready', checks: { process: 'draining' } }
    expect(await ask('/readyz')).toEqual([503, draining])
    expect(await ask('/livez')).toEqual([200, { status: 'alive' }])
    // Dapr hears it, too, and delivers no event any more; calls are answered.
    expect(await healthOf(Number(grpc))).toBe(status.UNAVAILABLE)
    expect(output.text()).not.toContain('disposed')
    child.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
    expect(output.text()).toContain('disposed')
  })

  it('ends by itself when it has drained', async () => {
    const { child, output, ended } = await start('drained', running, 50)
    await output.until('started')
    child.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
    expect(output.text()).toMatch(/draining[^]*disposed/)
  })

  it('ends with 1 when it cannot start, saying why', async () => {
    const { output, ended } = await start('failing', `throw new Error('no database')`)
    expect(await ended).toEqual([1, null])
    expect(JSON.parse(output.text())).toMatchObject({
      'service.name': 'order',
      'log.level': 'error',
      message: 'could not start',
      'error.message': 'no database',
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
