import { describe, expect, it } from '@jest/globals'
import { Client, credentials, status } from '@grpc/grpc-js'
import { CartServiceService } from '@micromart/contracts/cart'
import { DeadLetterServiceService } from '@micromart/contracts/ops'
import { DomainError, silentLog } from '@micromart/kernel'
import { type CallContext, serve, unary } from '@micromart/service'
import { testClient } from '@micromart/testing'
import { startCart, whoCalls } from './cart-for-test.ts'

const aGet = { cartToken: undefined }

/** How a server answers an RPC of any name. */
const codeOf = (port: number, path: string) => {
  const { promise, resolve } = Promise.withResolvers<number | undefined>()
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure())
  const same = (bytes: Buffer) => bytes
  client.makeUnaryRequest(path, same, same, Buffer.alloc(0), (error) => {
    client.close()
    resolve(error?.code)
  })
  return promise
}

describe('access', () => {
  it('lets an anonymous use a capability, and knows a user by the token', async () => {
    await using cart = await startCart({ getCart: whoCalls() })
    const version = async (token?: string) =>
      (await cart.client.as(token === undefined ? {} : { token }).getCart(aGet)).cart?.version
    expect(await version()).toBe('anonymous')
    expect(await version(cart.tokens.userToken({ id: 'u-1' }))).toBe('u-1')
  })

  it('S23 refuses a bad token on a capability rather than taking its bearer for a guest', async () => {
    await using cart = await startCart({ getCart: whoCalls() })
    const call = cart.client.as({ token: 'not.a.token' }).getCart(aGet)
    await expect(call).rejects.toMatchObject({ kind: 'unauthenticated', code: 'token_invalid' })
  })

  it('asks for a token, and for the scope in it, where the RPC is for users', async () => {
    await using cart = await startCart({ mergeCart: whoCalls() })
    const merge = (token?: string) =>
      cart.client.as(token === undefined ? {} : { token }).mergeCart({ cartToken: 'guest' })
    await expect(merge()).rejects.toMatchObject({
      kind: 'unauthenticated',
      code: 'authentication_required',
    })
    const merchandiser = cart.tokens.userToken({ id: 'u-2', roles: ['merchandiser'] })
    await expect(merge(merchandiser)).rejects.toMatchObject({
      kind: 'forbidden',
      code: 'scope_missing',
      params: { scope: 'cart' },
    })
    expect((await merge(cart.tokens.userToken({ id: 'u-1' }))).cart?.version).toBe('u-1')
  })

  it('S30 refuses a machine what is a user’s own, whatever its scopes', async () => {
    await using cart = await startCart({ getCart: whoCalls(), mergeCart: whoCalls() })
    const token = cart.tokens.machineToken({ clientId: 'till', scopes: ['cart', 'ops'] })
    const rpc = cart.client.as({ token })
    const refused = { kind: 'forbidden', code: 'user_required', params: { scope: 'cart' } }
    await expect(rpc.mergeCart({ cartToken: 'guest' })).rejects.toMatchObject(refused)
    await expect(rpc.getCart(aGet)).rejects.toMatchObject(refused)
    await expect(rpc.getCart({ cartToken: 'guest' })).rejects.toMatchObject(refused)
  })

  it('S30 lets a machine do what its scopes allow, and no more', async () => {
    const definition = { getDeadLetter: DeadLetterServiceService.getDeadLetter }
    const who: string[] = []
    const getDeadLetter = unary(async (_request, { caller }: CallContext) => {
      who.push('id' in caller ? `${caller.kind} ${caller.id}` : caller.kind)
      return { letter: undefined }
    })
    await using cart = await startCart({}, { services: [[definition, { getDeadLetter }]] })
    await using client = await testClient(definition, cart.running.port)
    const ask = (...scopes: string[]) =>
      client
        .as({ token: cart.tokens.machineToken({ clientId: 'watchman', scopes }) })
        .getDeadLetter({ id: 'x' })
    await ask('ops', 'orders:read')
    expect(who).toEqual(['machine watchman'])
    await expect(ask('orders:read')).rejects.toMatchObject({ code: 'scope_missing' })
  })

  it('refuses an RPC without a mark, whatever its bearer may', async () => {
    const path = '/micromart.cart.v1.CartService/OpenBackDoor' as const
    const definition = { openBackDoor: { ...CartServiceService.getCart, path } }
    await using cart = await startCart({})
    const { userToken, jwks } = cart.tokens
    const verifier = { verify: async () => ({ kind: 'anonymous' }) as const }
    await using running = await serve({
      grpcPort: 0,
      httpPort: 0,
      services: [[definition, { openBackDoor: whoCalls() }]],
      verifier,
      log: silentLog,
    })
    await using client = await testClient(definition, running.port)
    const token = userToken({ id: 'root', roles: ['admin'] })
    expect(jwks).toContain('"alg":"ES256"')
    await expect(client.as({ token }).openBackDoor(aGet)).rejects.toMatchObject({
      kind: 'forbidden',
      code: 'rpc_not_marked',
    })
  })

  it('S65 refuses when the keys cannot be had, rather than letting anybody in', async () => {
    const away = new DomainError('unavailable', 'dependency_unavailable', { service: 'user' })
    const verifier = { verify: () => Promise.reject(away) }
    await using cart = await startCart({ getCart: whoCalls() }, { verifier })
    const token = cart.tokens.userToken({ id: 'u-1' })
    await expect(cart.client.as({ token }).getCart(aGet)).rejects.toMatchObject({
      kind: 'unavailable',
      params: { service: 'user' },
    })
  })

  it('S57 refuses a call that did not come through the own sidecar', async () => {
    await using cart = await startCart({ getCart: whoCalls() }, { appToken: 'right' })
    await cart.client.as().getCart(aGet)
    for (const wrong of ['wrong', 'rigth', undefined]) {
      await using stranger = await testClient(CartServiceService, cart.running.port, wrong)
      await expect(stranger.as().getCart(aGet)).rejects.toMatchObject({ code: 'app_token_invalid' })
    }
  })

  it('S54 refuses what is too large, and goes on serving', async () => {
    await using cart = await startCart({ getCart: whoCalls() })
    const call = (cartToken: string, token?: string) =>
      cart.client.as(token === undefined ? {} : { token }).getCart({ cartToken })
    await expect(call('x'.repeat(4 * 1024 * 1024))).rejects.toMatchObject({
      cause: { code: status.RESOURCE_EXHAUSTED },
    })
    await expect(call('x', 'a'.repeat(5_000))).rejects.toMatchObject({ code: 'token_invalid' })
    await expect(call('x', 'a'.repeat(100_000))).rejects.toMatchObject({
      code: 'metadata_too_large',
    })
    expect((await call('x')).cart?.version).toBe('anonymous')
  })

  it('S54 tells nobody its interface', async () => {
    await using cart = await startCart({ getCart: whoCalls() })
    for (const version of ['v1', 'v1alpha']) {
      const path = `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`
      expect(await codeOf(cart.running.port, path)).toBe(status.UNIMPLEMENTED)
    }
  })

  it('never runs a handler that serve() does not guard', async () => {
    const handler = unary(async () => ({}))
    const call = { request: {} }
    expect(() => handler(call as never, () => {})).toThrow(/nobody checked/)
  })
})

describe('what a handler knows of its call', () => {
  it('is the request id of the gateway, or a new one', async () => {
    const seen: CallContext[] = []
    await using cart = await startCart({ getCart: whoCalls(seen) })
    await cart.client.as({ requestId: 'r-1' }).getCart(aGet)
    await cart.client
      .as({ requestId: 'new\u00a0line' })
      .getCart(aGet)
      .catch(() => {})
    await cart.client.as().getCart(aGet)
    expect(seen[0]?.requestId).toBe('r-1')
    expect(seen.at(-1)?.requestId).toMatch(/^[\da-f-]{36}$/)
  })

  it('is the deadline, and a signal once the caller has gone away', async () => {
    const { promise: aborted, resolve } = Promise.withResolvers<void>()
    let deadline: Date | undefined
    const waiting = unary(async (_request, call: CallContext) => {
      deadline = call.deadline
      call.signal.addEventListener('abort', () => resolve())
      await aborted
      return {}
    })
    await using cart = await startCart({ getCart: waiting })
    const gone = new AbortController()
    const call = cart.client.as().getCart(aGet, { signal: gone.signal })
    setTimeout(() => gone.abort(), 50)
    await expect(call).rejects.toMatchObject({ code: 'call_cancelled' })
    await aborted
    expect(Number(deadline)).toBeGreaterThan(Date.now() + 2_000)
  })

  it('keeps its signal quiet once the answer is given', async () => {
    const signals: AbortSignal[] = []
    const answering = unary(async (_request, { signal }: CallContext) => {
      signals.push(signal)
      return { cart: undefined }
    })
    await using cart = await startCart({ getCart: answering })
    for (let call = 0; call < 3; call += 1) await cart.client.as().getCart(aGet)
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false, false])
  })

  it('is that its time is over, also where nobody passes it on', async () => {
    const { promise: aborted, resolve } = Promise.withResolvers<void>()
    const waiting = unary(async (_request, { signal }: CallContext) => {
      signal.addEventListener('abort', () => resolve())
      await aborted
      return {}
    })
    await using cart = await startCart({ getCart: waiting })
    const deadline = new Date(Date.now() + 100)
    const call = cart.client.as({ deadline }).getCart(aGet)
    await expect(call).rejects.toMatchObject({ code: 'dependency_unavailable' })
    await aborted
  })
})
