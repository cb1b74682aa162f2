import { createHash } from 'node:crypto'
import type { Completion, History, Invoke, OrderSeen, Outcome } from './history.ts'

type Request = {
  readonly op: string
  readonly process: string
  /** The caller's canary; `staff` reads everything. */
  readonly user: string
  readonly method: string
  readonly path: string
  readonly token?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
  readonly key?: string | undefined
  readonly body?: unknown
  readonly asked?: Readonly<Record<string, unknown>>
  readonly timeoutMs?: number
}

export type Answer = {
  readonly outcome: Outcome
  readonly status: number
  readonly code: string | undefined
  readonly body: Readonly<Record<string, unknown>>
  readonly headers: Headers
  readonly order: OrderSeen | undefined
}

/** Sends requests as a shopper's client does and writes both ends of each into the history. */
export type Client = (request: Request) => Promise<Answer>

/** Everybody's name and e-mail hold one; an answer that holds another's is a leak. */
const canaryPattern = /cnry[0-9a-z]{10}/g

const definite = new Set([400, 401, 402, 403, 404, 405, 412, 413, 415, 422, 428, 429])
const definiteCodes = new Set(['cart_checked_out', 'price_changed', 'email_taken', 'order_ended'])

/** reliability.md, section 4: what a client may conclude from an answer. */
const outcomeOf = (status: number, code: string | undefined): Outcome => {
  if (status >= 200 && status < 300) return 'ok'
  if (definite.has(status) || (code !== undefined && definiteCodes.has(code))) return 'fail'
  return 'info'
}

const shortHash = (text: string): string =>
  createHash('sha256').update(text).digest('base64url').slice(0, 12)

type Json = Readonly<Record<string, unknown>>

const moneyOf = (value: unknown): number => Number((value as Json | undefined)?.['amount'] ?? NaN)

const orderSeen = (body: Json): OrderSeen | undefined => {
  const { id, status, total, items } = body
  if (typeof id !== 'string' || typeof status !== 'string' || !total) return undefined
  return {
    id,
    status,
    total: moneyOf(total),
    items: (items as Json[]).map(({ sku, quantity, unitPrice }) => ({
      sku: String(sku),
      quantity: Number(quantity),
      unitPrice: moneyOf(unitPrice),
    })),
  }
}

const cartSeen = (op: string, body: Json): Record<string, number> | undefined => {
  if (!op.startsWith('cart') || !Array.isArray(body['items'])) return undefined
  return Object.fromEntries(
    (body['items'] as Json[]).map(({ sku, quantity }) => [String(sku), Number(quantity)]),
  )
}

const invokeOf = (request: Request, id: number, at: number, text: string | undefined): Invoke => {
  const { process, op, user, key, asked } = request
  return {
    type: 'invoke',
    id,
    at,
    process,
    op,
    user,
    ...(key !== undefined && { key }),
    ...(text !== undefined && { hash: shortHash(text) }),
    ...(asked && { asked }),
  }
}

type Got = {
  readonly status: number
  readonly text: string
  readonly headers: Headers
  readonly error?: string
}

const send = async (gateway: string, request: Request, text: string | undefined): Promise<Got> => {
  const { method, path, token, key, timeoutMs = 20_000 } = request
  try {
    const answer = await fetch(gateway + path, {
      method,
      headers: {
        ...(text !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(key !== undefined && { 'idempotency-key': key }),
        ...request.headers,
      },
      ...(text !== undefined && { body: text }),
      signal: AbortSignal.timeout(timeoutMs),
    })
    return { status: answer.status, text: await answer.text(), headers: answer.headers }
  } catch (error) {
    const cause = (error as Error).cause as { code?: string } | undefined
    const why = cause?.code ?? (error as Error).name
    return { status: 0, text: '', headers: new Headers(), error: why }
  }
}

const parsed = (text: string): Json => {
  try {
    return JSON.parse(text) as Json
  } catch {
    return {}
  }
}

const completionOf = (request: Request, invoke: Invoke, at: number, got: Got) => {
  const body = parsed(got.text)
  const code = typeof body['code'] === 'string' ? body['code'] : undefined
  const foreign = [...new Set(got.text.match(canaryPattern))].filter(
    (each) => each !== request.user,
  )
  const order = orderSeen(body)
  const cart = cartSeen(request.op, body)
  const completion: Completion = {
    type: outcomeOf(got.status, code),
    id: invoke.id,
    at,
    process: invoke.process,
    op: invoke.op,
    status: got.status,
    ...(code !== undefined && { code }),
    ...(order && { order }),
    ...(got.text !== '' && request.key !== undefined && { body: shortHash(got.text) }),
    ...(got.headers.get('idempotent-replayed') && { replayed: true as const }),
    ...(foreign.length > 0 && request.user !== 'staff' && { foreign }),
    ...(cart && { cart }),
    ...(got.error !== undefined && { error: got.error }),
  }
  return { completion, body, code, order }
}

export const createClient =
  (gateway: string, history: History): Client =>
  async (request) => {
    const text = request.body === undefined ? undefined : JSON.stringify(request.body)
    const invoke = invokeOf(request, history.nextId(), history.now(), text)
    history.add(invoke)
    const got = await send(gateway, request, text)
    const { completion, body, code, order } = completionOf(request, invoke, history.now(), got)
    history.add(completion)
    const { type: outcome, status } = completion
    return { outcome, status, code, body, headers: got.headers, order }
  }
