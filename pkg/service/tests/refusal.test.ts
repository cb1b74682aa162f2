import { describe, expect, it } from '@jest/globals'
import { DomainError, type ErrorKind, errorKinds } from '@micromart/kernel'
import { unary } from '@micromart/service'
import { keptLog, startCart } from './cart-for-test.ts'

const aGet = { cartToken: undefined }

const wrongFields = (count: number, message: string) =>
  Array.from({ length: count }, (_, index) => ({
    path: `/items/${index}`,
    code: 'too_big',
    message,
  }))

const refusing = (error: unknown) => ({
  getCart: unary(async () => {
    throw error
  }),
})

describe('a refusal, over real gRPC', () => {
  const told = errorKinds.filter((kind) => kind !== 'internal')

  it.each(told)('of kind %s arrives as it was thrown', async (kind: ErrorKind) => {
    const fields = [{ path: '/quantity', code: 'too_big', message: 'at most 99' }]
    const thrown = new DomainError(kind, 'some_code', { sku: 'MÜG,1' }, { fields })
    await using cart = await startCart(refusing(thrown))
    await expect(cart.client.as().getCart(aGet)).rejects.toMatchObject({
      kind,
      code: 'some_code',
      params: { sku: 'MÜG,1' },
      fields,
      effectUnknown: false,
    })
  })

  it.each([
    ['an error that is no DomainError', new Error('SELECT secret FROM users')],
    ['a DomainError of kind internal', new DomainError('internal', 'ledger_broken', { id: '7' })],
    ['something that is no error', 'text'],
  ])('tells nothing of %s, which is logged once', async (_name, thrown) => {
    const log = keptLog()
    await using cart = await startCart(refusing(thrown), { log })
    const error: unknown = await cart.client
      .as()
      .getCart(aGet)
      .catch((caught: unknown) => caught)
    expect(error).toMatchObject({ kind: 'internal', code: 'internal', params: {} })
    expect(String((error as DomainError).cause)).not.toMatch(/SELECT|ledger/)
    const logged = log.lines.filter(({ level }) => level === 'error')
    expect(logged).toEqual([
      { level: 'error', fields: { cause: thrown }, message: 'an RPC failed' },
    ])
  })

  it('of a database that is away is "try later"', async () => {
    const lost = Object.assign(new Error('connect'), { code: 'ECONNREFUSED', fatal: true })
    await using cart = await startCart(refusing(lost))
    await expect(cart.client.as().getCart(aGet)).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'database_unavailable',
    })
  })

  it('of a handler that throws at once is the same', async () => {
    const atOnce = unary(() => {
      throw new DomainError('not_found', 'cart_not_found')
    })
    await using cart = await startCart({ getCart: atOnce })
    await expect(cart.client.as().getCart(aGet)).rejects.toMatchObject({ code: 'cart_not_found' })
  })

  it('hides and logs an answer that cannot be written', async () => {
    const log = keptLog()
    const broken = unary(async () => ({ cart: { version: 'no items' } }))
    await using cart = await startCart({ getCart: broken }, { log })
    const error: unknown = await cart.client
      .as()
      .getCart(aGet)
      .catch((caught: unknown) => caught)
    expect(error).toMatchObject({ kind: 'internal' })
    expect(String((error as DomainError).cause)).not.toMatch(/iterable/)
    expect(log.lines).toContainEqual(
      expect.objectContaining({ level: 'error', message: 'an answer could not be written' }),
    )
  })

  it.each([
    ['as many wrong fields as fit', wrongFields(2_000, 'is too big'), 50],
    ['none of them when their texts are too long', wrongFields(20, 'x'.repeat(5_000)), 0],
  ])('tells %s, since trailers are bounded', async (_name, fields, told) => {
    const thrown = new DomainError('invalid', 'invalid_request', {}, { fields })
    await using cart = await startCart(refusing(thrown))
    await expect(cart.client.as().getCart(aGet)).rejects.toMatchObject({
      kind: 'invalid',
      code: 'invalid_request',
      fields: fields.slice(0, told),
    })
  })
})
