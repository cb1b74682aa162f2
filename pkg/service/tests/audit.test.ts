import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { AuditServiceService } from '@micromart/contracts/ops'
import { PaymentServiceService } from '@micromart/contracts/payment'
import {
  type Acting,
  type AuditEntry,
  type AuditQuery,
  DomainError,
  systemActing,
} from '@micromart/kernel'
import { actingOf, type CallContext, unary } from '@micromart/service'
import { type TestClient, testClient } from '@micromart/testing'
import { type CartForTest, startCart } from './cart-for-test.ts'

const entry: AuditEntry = {
  ...systemActing('rotation'),
  seq: 7,
  at: new Date('2026-03-01T10:00:00.125Z'),
  action: 'key.create',
  object: { kind: 'key', id: 'k-1' },
  outcome: 'done',
  before: undefined,
  after: { slot: 'next' },
  hash: 'a1'.repeat(32),
}

const everything = { limit: 5, since: undefined, until: undefined }

describe('what a service tells of its audit log', () => {
  const asked: AuditQuery[] = []
  const list = async (query: AuditQuery) => {
    asked.push(query)
    if (query.cursor !== undefined) throw new DomainError('invalid', 'cursor_invalid')
    return { items: [entry], nextCursor: 'next' }
  }
  let cart: CartForTest
  let client: TestClient<typeof AuditServiceService>
  const operator = () =>
    client.as({ token: cart.tokens.userToken({ id: 'u-1', roles: ['operator'] }) })

  beforeAll(async () => {
    cart = await startCart({}, { operations: { app: 'cart', audit: list } })
    client = await testClient(AuditServiceService, cart.running.port)
  })
  afterAll(async () => {
    await client[Symbol.asyncDispose]()
    await cart[Symbol.asyncDispose]()
  })

  it('is its own entries, named with the service, and what is not known as empty', async () => {
    const filters = { actorId: 'rotation', since: new Date('2026-03-01T00:00:00.000Z') }
    const page = await operator().listAudit({ ...everything, ...filters })
    expect(asked.at(-1)).toEqual({ ...everything, ...filters })
    expect(page).toEqual({
      items: [
        {
          seq: 7n,
          at: entry.at,
          service: 'cart',
          actorKind: 'system',
          actorId: 'rotation',
          actorRoles: [],
          action: 'key.create',
          objectKind: 'key',
          objectId: 'k-1',
          outcome: 'done',
          address: '',
          userAgent: '',
          requestId: '',
          traceId: '',
          before: '',
          after: '{"slot":"next"}',
          hash: entry.hash,
        },
      ],
      nextCursor: 'next',
    })
  })

  it.each([
    ['a limit of 0', { limit: 0 }, 'limit_invalid'],
    ['a limit of 101', { limit: 101 }, 'limit_invalid'],
    ['a cursor that is none', { cursor: 'x' }, 'cursor_invalid'],
  ])('is refused for %s', async (_what, wrong, code) => {
    const listing = operator().listAudit({ ...everything, ...wrong })
    await expect(listing).rejects.toMatchObject({ kind: 'invalid', code })
  })

  it('S30 is nobody’s who may not operate the shop', async () => {
    const support = cart.tokens.userToken({ id: 'u-2', roles: ['support', 'merchandiser'] })
    const listing = client.as({ token: support }).listAudit(everything)
    await expect(listing).rejects.toMatchObject({ code: 'scope_missing' })
    await expect(client.as().listAudit(everything)).rejects.toMatchObject({
      kind: 'unauthenticated',
    })
  })
})

describe('who acts', () => {
  it('is the app that passed a call on, where no user is asked for', async () => {
    const acting: Acting[] = []
    const definition = { refund: PaymentServiceService.refund }
    const refund = unary(async (_request, call: CallContext) => {
      acting.push(actingOf(call))
      return {}
    })
    await using payment = await startCart({}, { services: [[definition, { refund }]] })
    await using client = await testClient(definition, payment.running.port)
    const origin = { address: 'not an address', userAgent: 'x'.repeat(200) }
    const request = { orderId: '', refundId: '', amount: undefined }
    await client.as({ origin, requestId: 'r-1', token: 'not looked at' }).refund(request)
    expect(acting).toEqual([
      {
        actor: { kind: 'service', id: '', roles: [] }, // a test is no sidecar
        address: undefined,
        userAgent: 'x'.repeat(120),
        requestId: 'r-1',
        traceId: undefined,
      },
    ])
  })
})
