import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { accessOf, apps } from '@micromart/contracts'
import * as order from '@micromart/contracts/order'
import * as user from '@micromart/contracts/user'
import { isOwnScope, type Role, roles, scopes, scopesOf } from '@micromart/kernel'
import { table } from '../gateway/src/routes/index.ts'
import { access } from '../pkg/contracts/src/generated/access.ts'
import { absent, address, askingFor, prepareThings, send, type Things } from './support/asking.ts'
import {
  allCallers,
  type CallerKind,
  callerKinds,
  type Callers,
  decisionFor,
  decisionOf,
} from './support/callers.ts'
import { type Asks, type Operation, operations } from './support/operations.ts'
import { callAs, callerOf, mayCall, type Rpc, rpcs } from './support/rpcs.ts'
import { call, shop } from './support/shop.ts'
import { loginAs, newMember, placeOrder } from './support/shopper.ts'
import { issuerOf, shopSigner } from './support/signing.ts'

let admin: string
let callers: Callers
let things: Things

beforeAll(async () => {
  admin = await loginAs('admin')
  callers = await allCallers()
  things = await prepareThings(admin, callers.owner)
}, 120_000)

// An open letter is work for somebody: the books of this shop would name it for ever.
afterAll(async () => {
  const url = `/v1/admin/dead-letters/${things.letters[0]}`
  expect((await call('DELETE', url, { token: admin })).status).toBe(204)
})

/** What takes something away comes last, the account itself at the very end. */
const lateness = ({ name, method }: Operation): number =>
  name === 'DELETE /v1/me' ? 2 : Number(method === 'DELETE')

const inOrder = operations
  .toSorted((one, other) => lateness(one) - lateness(other))
  .map((operation) => [operation.name, operation] as const)

const isOwned = ({ asks, path }: Operation): boolean =>
  asks.kind !== 'none' && isOwnScope(asks.scope) && path.includes('{id}')

/** What of a refusal does not depend on which request it was. */
const told = ({ status, body }: { status: number; body: Readonly<Record<string, unknown>> }) => {
  const { instance: _, traceId: __, ...rest } = body
  return { status, ...rest }
}

/** All that the owner has, as the owner sees it. */
const ownersThings = async () => {
  const { token } = callers.owner
  const paths = [
    '/v1/me',
    '/v1/me/addresses',
    '/v1/orders',
    `/v1/orders/${things.orderId}`,
    `/v1/orders/${things.orderId}/timeline`,
    '/v1/cart',
  ]
  const answers = await Promise.all(paths.map((path) => call('GET', path, { token })))
  return answers.map(({ status, body }) => ({ status, body }))
}

type Done = { readonly kind: CallerKind; readonly name: string; readonly requestId: string }

/** Requests of the staff that something came of. */
const done: Done[] = []

const matrix = (kind: CallerKind) => {
  it.each(inOrder)('S30 %s', async (name, operation) => {
    const caller = callers[kind]
    const answer = await send(operation, await askingFor(operation, things), caller.token)
    const wanted = decisionFor(operation.asks, caller)
    const { status, body, requestId } = answer
    const got = decisionOf(body['code'])
    expect({ got, status, code: body['code'] }).toMatchObject({ got: wanted })
    expect(status).toBeLessThan(500)
    if (got !== 'in') expect(status).toBe(Number(got.slice(0, 3)))
    if (got === 'in' && status < 300) done.push({ kind, name, requestId })
    if (got !== 'in' || !isOwned(operation)) return
    if (kind === 'owner') expect(status).not.toBe(404)
    else {
      const unknown = await askingFor(operation, things, { id: absent })
      expect(told(answer)).toEqual(told(await send(operation, unknown, caller.token)))
      expect(status).toBe(404)
    }
  })
}

describe('everybody but the owner', () => {
  let before: Awaited<ReturnType<typeof ownersThings>>
  beforeAll(async () => {
    before = await ownersThings()
  })

  describe.each(callerKinds.filter((kind) => kind !== 'owner'))('as %s', matrix)

  it('S31 reaches nothing of another by an id in the body, the query or beside another’s right', async () => {
    const { token = '' } = callers['other owner']
    const { addressId, orderId } = things
    const nested = await placeOrder({ token }, { shippingAddress: undefined, addressId })
    expect({ status: nested.status, code: nested.body.code }).not.toMatchObject({ status: 201 })
    expect(nested.text).not.toContain(address.line1)
    const { body } = await call<{ nextCursor: string | null }>('GET', '/v1/orders?limit=1', {
      token: callers.owner.token,
    })
    const listed = await call('GET', `/v1/orders?limit=1&cursor=${body.nextCursor ?? 'none'}`, {
      token,
    })
    expect(listed.text).not.toContain(orderId)
    const headers = { 'x-order-token': 'A'.repeat(43) }
    for (const who of [{ headers }, { headers, token }]) {
      expect((await call('GET', `/v1/orders/${orderId}`, who)).status).toBe(404)
    }
  })

  it('S31 has changed nothing of what the owner has', async () => {
    expect(await ownersThings()).toEqual(before)
  })
})

describe('the owner', () => matrix('owner'))

describe('the audit log', () => {
  const actions: ReadonlyMap<string, string> = new Map(
    table.flatMap(({ method, path, audit }) =>
      audit === undefined ? [] : [[`${method.toUpperCase()} ${path}`, audit] as const],
    ),
  )

  it('S34 has an entry of everything that staff and machines have changed, once, with who and from where', async () => {
    const changes = done.filter(({ name }) => actions.has(name))
    for (const { kind, name, requestId } of changes) {
      const { id } = callers[kind]
      const query = `actor=${encodeURIComponent(id)}&action=${actions.get(name)}&limit=100`
      const { body } = await call<{ items: Record<string, unknown>[] }>(
        'GET',
        `/v1/admin/audit?${query}`,
        { token: admin },
      )
      const entries = body.items.filter((entry) => entry['requestId'] === requestId)
      const actor = { kind: kind === 'machine' ? 'machine' : 'user', id }
      expect({ name, entries }).toMatchObject({
        name,
        entries: [{ actor, address: shop.address, userAgent: expect.any(String) }],
      })
    }
    // A replay that fails again is written down, and answered with 422.
    const silent = [...actions.keys()].filter((name) => !changes.some((one) => one.name === name))
    expect(silent).toEqual(['POST /v1/admin/dead-letters/{id}/replay'])
    const replays = await call<{ items: unknown[] }>(
      'GET',
      `/v1/admin/audit?action=dead_letter.replay&object=dead_letter:${things.letters[0]}`,
      { token: admin },
    )
    expect(replays.body.items.length).toBeGreaterThan(0)
  })
})

type Token = {
  readonly name: string
  readonly token: string
  readonly held: readonly string[]
}

describe('S32 every RPC through the sidecars', () => {
  let tokens: readonly Token[]
  let sign: Awaited<ReturnType<typeof shopSigner>>

  const tokenOf = (role: Role, sub: string): Token => {
    const held = scopesOf([role])
    return { name: role, token: sign({ sub, scope: held.join(' '), roles: [role] }), held }
  }

  const newAccount = async (): Promise<{ id: string; token: string }> => {
    const { token } = await newMember()
    return { id: (await call<{ id: string }>('GET', '/v1/me', { token })).body.id, token }
  }

  beforeAll(async () => {
    const { id: sub, token } = await newAccount()
    sign = await shopSigner(issuerOf(token))
    const every = { scope: scopes.join(' ') }
    const past = Math.floor(Date.now() / 1_000) - 400
    tokens = [
      ...roles.map((role) => tokenOf(role, sub)),
      { name: 'machine', token: sign({ sub: 'till', client_id: 'till', ...every }), held: scopes },
      { name: 'expired', token: sign({ sub, ...every, iat: past, exp: past + 300 }), held: [] },
    ]
  })

  /** Whose account is erased by a call is a new one's: the others go on. */
  const ownTokens = async ({ path }: Rpc): Promise<readonly Token[]> => {
    if (path !== user.UserServiceService.eraseMe.path) return tokens
    const isErased = ({ name, held }: Token) => name !== 'machine' && held.includes('account')
    const renewed = async (one: Token) =>
      isErased(one) ? tokenOf(one.name as Role, (await newAccount()).id) : one
    return Promise.all(tokens.map(renewed))
  }

  const asksOf = (path: string): Asks => {
    const { kind, scope = '' } = accessOf(path) ?? { kind: undefined }
    if (kind === 'public' || kind === 'service') return { kind: 'none' }
    return { kind: kind === 'capability' ? 'optional' : 'required', scope }
  }

  /** What may come of a call that brings neither a token nor what it could be instead of one. */
  const bare = {
    none: /^in$/,
    optional: /^in$|^401 authentication_required$/, // a cart or an order that nobody names
    required: /^401 authentication_required$/,
    'order-token': /^401/,
  } as const

  it('has every RPC of every proto', () => {
    const called = new Set(rpcs.map(({ path }) => path))
    expect(Object.keys(access).filter((path) => !called.has(path))).toEqual([])
  })

  it.each(rpcs.map((rpc) => [`${rpc.app} ${rpc.path}`, rpc] as const))(
    '%s',
    async (_name, rpc) => {
      const asks = asksOf(rpc.path)
      for (const from of Object.values(apps).filter((app) => shop.ports[app]?.daprGrpc)) {
        const { code, details } = await callAs(from, rpc)
        if (shop.zeroTrust && !mayCall(from, rpc)) expect(code).toBe('PERMISSION_DENIED')
        else {
          const got = decisionOf(details)
          expect({ from, got, code, details }).toMatchObject({
            got: expect.stringMatching(bare[asks.kind]),
          })
        }
      }
      const caller = callerOf(rpc)
      if (caller === undefined) return // nobody's to call: the access list says so to all
      for (const { name, token, held } of await ownTokens(rpc)) {
        const kind = name === 'machine' || name === 'expired' ? name : 'other owner'
        const wanted = decisionFor(asks, { kind, id: '', token, scopes: held })
        const { code, details } = await callAs(caller, rpc, undefined, token)
        expect({ name, got: decisionOf(details), code, details }).toMatchObject({ got: wanted })
      }
    },
    60_000,
  )

  it('S31 S32 another owner’s token opens nothing, whatever app brings it', async () => {
    const { orderId: id, addressId } = things
    const bytes = (message: unknown, { requestSerialize }: { requestSerialize: unknown }) =>
      (requestSerialize as (value: unknown) => Buffer)(message)
    const ofOrder = [undefined, 'A'.repeat(43)].flatMap((orderToken) =>
      (['getOrder', 'getTimeline', 'cancelOrder', 'continuePayment', 'watchOrder'] as const).map(
        (name) => {
          const method = order.OrderServiceService[name]
          return { path: method.path, message: bytes({ id, orderToken, after: 0n }, method) }
        },
      ),
    )
    const { deleteAddress, getCheckoutDetails } = user.UserServiceService
    const ofUser = [
      { path: deleteAddress.path, message: bytes({ id: addressId }, deleteAddress) },
      { path: getCheckoutDetails.path, message: bytes({ addressId }, getCheckoutDetails) },
    ]
    const stranger = tokens.find(({ name }) => name === 'customer')?.token
    for (const { path, message } of [...ofOrder, ...ofUser]) {
      const rpc = rpcs.find((one) => one.path === path)
      if (!rpc) throw new Error(`nobody serves ${path}`)
      const able = Object.values(apps).filter((from) => !shop.zeroTrust || mayCall(from, rpc))
      for (const from of able) {
        const { code } = await callAs(from, rpc, message, stranger)
        expect({ from, path, code }).toEqual({ from, path, code: 'NOT_FOUND' })
      }
    }
  })
})
