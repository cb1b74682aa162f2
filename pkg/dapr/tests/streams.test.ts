import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { status } from '@grpc/grpc-js'
import { apps } from '@micromart/contracts'
import { ProductServiceService } from '@micromart/contracts/product'
import { connectSidecar, domainErrorOf, type Sidecar } from '@micromart/dapr'
import { DomainError } from '@micromart/kernel'
import { type FakeSidecar, startFakeSidecar } from '@micromart/testing'

type ServiceError = Parameters<typeof domainErrorOf>[0]

describe('a stream through the sidecar', () => {
  let fake: FakeSidecar
  let sidecar: Sidecar

  beforeEach(async () => {
    fake = await startFakeSidecar()
    const { grpcPort, httpPort } = fake
    sidecar = await connectSidecar({ grpcPort, httpPort, appId: 'gateway' })
  })
  afterEach(async () => {
    await sidecar[Symbol.asyncDispose]()
    await fake[Symbol.asyncDispose]()
  })

  const streams = () => sidecar.stream(ProductServiceService, apps.product)

  /** What a caller gets: the chunks, or the error. */
  const exported = async (): Promise<string | DomainError> => {
    let all = ''
    try {
      for await (const { chunk } of streams().exportProducts({})) all += String(chunk)
      return all
    } catch (error) {
      return domainErrorOf(error as ServiceError, apps.product)
    }
  }
  const outage = () => {
    throw Object.assign(new Error('down'), {
      code: status.UNAVAILABLE,
      details: 'connection reset',
    })
  }
  const failTimes = async (times: number) => {
    for (let call = 0; call < times; call += 1) await exported()
  }
  const refused = {
    kind: 'unavailable',
    code: 'dependency_unavailable',
    params: { service: 'product', retryAfter: expect.stringMatching(/^[1-5]$/) },
    effectUnknown: false,
  }

  it('opens its breaker on outages, and is refused at once as a stream that fails', async () => {
    fake.answer('product', 'ExportProducts', outage)
    await failTimes(20)
    expect(await exported()).toMatchObject(refused)
    expect(fake.calls()).toHaveLength(20)
  })

  it('refuses a stream of requests as well, whatever is written to it', async () => {
    fake.answer('product', 'ImportProducts', outage)
    const imported = async () => {
      const stream = streams().importProducts()
      stream.end({ part: { $case: 'chunk', value: Buffer.from('x') } })
      const read = async () => {
        for await (const _message of stream);
      }
      return read().catch((error: ServiceError) => domainErrorOf(error, apps.product))
    }
    for (let call = 0; call < 20; call += 1) await imported()
    expect(await imported()).toMatchObject(refused)
    expect(fake.calls()).toHaveLength(20)
  })

  it("never opens on a caller's mistakes, nor on callers who go away", async () => {
    fake.answer('product', 'ExportProducts', () => {
      throw new DomainError('invalid', 'format_invalid')
    })
    await failTimes(30)
    fake.answer('product', 'ExportProducts', async function* () {
      yield { chunk: Buffer.from('a') }
      await new Promise(() => {})
    })
    for (let call = 0; call < 30; call += 1) {
      for await (const _message of streams().exportProducts({})) break
    }
    fake.answer('product', 'ExportProducts', () => [{ chunk: Buffer.from('well') }])
    expect(await exported()).toBe('well')
  })

  it('counts a stream that stood as an answer, though it broke later', async () => {
    fake.answer('product', 'ExportProducts', async function* () {
      yield { chunk: Buffer.from('a') }
      outage()
    })
    await failTimes(30)
    expect(fake.calls()).toHaveLength(30)
  })
})
