import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { tokenAudience } from '@micromart/contracts'
import { ProductServiceService } from '@micromart/contracts/product'
import { connectSidecar, domainErrorOf, runInContext, type Sidecar } from '@micromart/dapr'
import { DomainError, silentLog } from '@micromart/kernel'
import {
  bidi,
  type CallContext,
  type Running,
  serve,
  serverStream,
  tokenVerifier,
  unary,
} from '@micromart/service'
import { eventually, type FakeSidecar, startFakeSidecar, testTokens } from '@micromart/testing'
import type { ServiceError } from '@grpc/grpc-js'

type Chunk = { readonly chunk: Buffer }

const unused = unary(async () => ({}))
const tokens = testTokens()

const asMerchandiser = <T>(work: () => T): T =>
  runInContext({ token: tokens.userToken({ id: 'm-1', roles: ['merchandiser'] }) }, work)

const readAll = async (stream: AsyncIterable<Chunk>, parts: string[] = []): Promise<string[]> => {
  for await (const { chunk } of stream) parts.push(String(chunk))
  return parts
}

describe('a streaming RPC', () => {
  let running: Running
  let fake: FakeSidecar
  let sidecar: Sidecar
  let exported: (call: CallContext) => AsyncIterable<Chunk>

  beforeEach(async () => {
    const { issuer, jwks } = tokens
    const verifier = tokenVerifier({ fetchJwks: async () => jwks, issuer, audience: tokenAudience })
    const names = Object.keys(ProductServiceService)
    const handlers = {
      ...Object.fromEntries(names.map((name) => [name, unused])),
      exportProducts: serverStream((_request: unknown, call: CallContext) => exported(call)),
      importProducts: bidi(async function* (requests: AsyncIterable<unknown>) {
        let read = 0n
        for await (const _request of requests) read += 1n
        yield { rows: [], summary: { created: read, updated: 0n, unchanged: 0n, failed: 0n } }
      }),
    }
    const services = [[ProductServiceService, handlers]] as const
    const common = { grpcPort: 0, httpPort: 0, ready: async () => true, log: silentLog }
    running = await serve({ ...common, services, verifier })
    fake = await startFakeSidecar()
    fake.route('product', running.port)
    const { grpcPort, httpPort } = fake
    sidecar = await connectSidecar({ grpcPort, httpPort, appId: 'gateway' })
  })
  afterEach(async () => {
    await sidecar[Symbol.asyncDispose]()
    await fake[Symbol.asyncDispose]()
    await running[Symbol.asyncDispose]()
  })

  const product = () => sidecar.stream(ProductServiceService, 'product')

  it('answers with what its generator yields', async () => {
    exported = async function* () {
      for (let part = 0; part < 500; part += 1) yield { chunk: Buffer.alloc(8_192, part % 256) }
    }
    let bytes = 0
    const stream = asMerchandiser(() => product().exportProducts({}))
    for await (const { chunk } of stream as AsyncIterable<Chunk>) bytes += chunk.length
    expect(bytes).toBe(500 * 8_192)
  })

  it('reads what its caller writes', async () => {
    const stream = asMerchandiser(() => product().importProducts())
    for (let sent = 0; sent < 300; sent += 1) {
      stream.write({ part: { $case: 'chunk', value: Buffer.alloc(4_096) } })
    }
    stream.end()
    const summaries: unknown[] = []
    for await (const { summary } of stream as AsyncIterable<{ summary?: { created: bigint } }>) {
      summaries.push(summary?.created)
    }
    expect(summaries).toEqual([300n])
  })

  it('is guarded like any other', async () => {
    exported = async function* () {
      yield { chunk: Buffer.from('secret') }
    }
    const error: unknown = await readAll(product().exportProducts({})).catch(
      (caught: unknown) => caught,
    )
    expect(domainErrorOf(error as ServiceError, 'product')).toMatchObject({
      kind: 'unauthenticated',
      code: 'authentication_required',
    })
  })

  it('ends with the refusal that its generator throws, after what came before', async () => {
    exported = async function* () {
      yield { chunk: Buffer.from('head') }
      throw new DomainError('precondition', 'catalogue_locked')
    }
    const parts: string[] = []
    const stream = asMerchandiser(() => product().exportProducts({}))
    const error: unknown = await readAll(stream, parts).catch((caught: unknown) => caught)
    expect(parts).toEqual(['head'])
    expect(domainErrorOf(error as ServiceError, 'product').code).toBe('catalogue_locked')
  })

  it('stops its generator when the caller has gone away', async () => {
    let finished = false
    exported = async function* ({ signal }) {
      try {
        while (!signal.aborted) yield { chunk: Buffer.alloc(65_536) }
      } finally {
        finished = true
      }
    }
    const stream = asMerchandiser(() => product().exportProducts({}))
    stream.on('error', () => {})
    stream.once('data', () => stream.cancel())
    await eventually(() => expect(finished).toBe(true))
  })
})
