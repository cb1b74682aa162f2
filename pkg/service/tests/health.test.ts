import { Client, credentials } from '@grpc/grpc-js'
import { AppCallbackHealthCheckService, AppCallbackService } from '@micromart/dapr/protocol'
import { describe, expect, it } from '@jest/globals'
import { unary } from '@micromart/service'
import { eventually } from '@micromart/testing'
import { startCart } from './cart-for-test.ts'

const get = async (port: number, path: string) => {
  const response = await fetch(`http://127.0.0.1:${port}${path}`)
  return [response.status, await response.text()]
}

describe('the small HTTP port', () => {
  it('says alive always, and ready when store and sidecar are', async () => {
    let wrong: string | undefined = 'lets no calls out'
    const checks = { store: async () => undefined, sidecar: async () => wrong }
    await using cart = await startCart({}, { checks })
    const { httpPort } = cart.running
    expect(await get(httpPort, '/livez')).toEqual([200, '{"status":"alive"}'])
    const found = (sidecar: string) => `"checks":{"store":"ok","sidecar":"${sidecar}"}}`
    const unready = `{"status":"not ready",${found('lets no calls out')}`
    expect(await get(httpPort, '/readyz')).toEqual([503, unready])
    wrong = undefined
    expect(await get(httpPort, '/readyz?x=1')).toEqual([200, `{"status":"ready",${found('ok')}`])
    expect(await get(httpPort, '/elsewhere')).toEqual([404, '{"status":"not found"}'])
  })

  it('is not ready when the question fails', async () => {
    const away = new Error('connect ECONNREFUSED mysql://shop:hunter2@127.0.0.1')
    await using cart = await startCart({}, { checks: { store: () => Promise.reject(away) } })
    const [status, text] = await get(cart.running.httpPort, '/readyz')
    const said = 'connect ECONNREFUSED mysql://[redacted]@127.0.0.1'
    expect([status, JSON.parse(String(text))]).toEqual([
      503,
      { status: 'not ready', checks: { store: said } },
    ])
  })
})

type AnyMethod = {
  readonly path: string
  readonly requestSerialize: (value: never) => Buffer
  readonly responseDeserialize: (bytes: Buffer) => unknown
}

const ask = (port: number, { path, requestSerialize, responseDeserialize }: AnyMethod) =>
  new Promise((resolve, reject) => {
    const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure())
    const write = requestSerialize as (value: object) => Buffer
    client.makeUnaryRequest(path, write, responseDeserialize, {}, (error, answer) => {
      client.close()
      if (error) reject(error)
      else resolve(answer)
    })
  })

describe("Dapr's questions", () => {
  it('find a healthy app without subscriptions of its own, also without the app token', async () => {
    await using cart = await startCart({}, { appToken: 'sidecar' })
    const { port } = cart.running
    expect(await ask(port, AppCallbackHealthCheckService.healthCheck)).toEqual({})
    expect(await ask(port, AppCallbackService.listTopicSubscriptions)).toEqual({
      subscriptions: [],
    })
  })
})

describe('stopping', () => {
  it('lets a running call finish, and takes no new one', async () => {
    const { promise: asked, resolve: isAsked } = Promise.withResolvers<void>()
    const { promise: released, resolve: release } = Promise.withResolvers<void>()
    const slow = unary(async () => {
      isAsked()
      await released
      return { cart: undefined }
    })
    const cart = await startCart({ getCart: slow })
    const answer = cart.client.as().getCart({ cartToken: undefined })
    await asked
    const stopped = cart.running[Symbol.asyncDispose]()
    await eventually(async () => {
      await expect(get(cart.running.httpPort, '/livez')).rejects.toThrow()
    })
    release()
    expect(await answer).toEqual({ cart: undefined })
    await stopped
    await cart.client[Symbol.asyncDispose]()
  })
})
