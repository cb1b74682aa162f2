import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

type Intent = {
  readonly id: string
  readonly object: 'payment_intent'
  readonly created: number
  readonly amount: number
  readonly currency: string
  readonly metadata: Readonly<Record<string, string>>
  status: string
  next_action: object | null
  last_payment_error: object | null
}

type Refund = {
  readonly id: string
  readonly object: 'refund'
  readonly payment_intent: string
  readonly amount: number
  readonly metadata: Readonly<Record<string, string>>
  readonly status: string
}

/** Stripe with a memory, as far as the adapter needs one: stripe-mock keeps none. Shapes and codes as docs.stripe.com has them. */
export type FakeStripe = AsyncDisposable & {
  readonly url: string
  readonly intents: () => readonly Intent[]
  readonly refunds: () => readonly Refund[]
  /** Forgets what idempotency keys stand for, as Stripe does after a day. */
  readonly forgetKeys: () => void
  /** The shopper comes back authenticated. */
  readonly authenticate: (id: string) => void
  /** A payment that was processing succeeds. */
  readonly settle: (id: string) => void
  /** The next request to a path ending so breaks after its effect. */
  readonly breakNext: (path: string) => void
  readonly stop: () => void
}

class Refused extends Error {
  readonly status: number
  readonly body: object

  constructor(status: number, error: Readonly<Record<string, unknown>>) {
    super(String(error['code']))
    this.status = status
    this.body = { error }
  }
}

const invalid = (code: string, param?: string) =>
  new Refused(param === undefined ? 400 : 404, { type: 'invalid_request_error', code, param })

/** `metadata[order_id]=x` is how Stripe's clients write an object. */
const metadataOf = (form: URLSearchParams) =>
  Object.fromEntries(
    [...form].flatMap(([name, value]) => {
      const key = /^metadata\[(\w+)\]$/.exec(name)?.[1]
      return key === undefined ? [] : [[key, value]]
    }),
  )

const memory = () => {
  const intents = new Map<string, Intent>()
  const refunds = new Map<string, Refund>()
  const get = (id: string): Intent => {
    const intent = intents.get(id)
    if (intent === undefined) throw invalid('resource_missing', 'intent')
    return intent
  }
  const create = (form: URLSearchParams): Intent => {
    const intent: Intent = {
      id: `pi_${intents.size + 1}`,
      object: 'payment_intent',
      created: Math.floor(Date.now() / 1000),
      amount: Number(form.get('amount')),
      currency: form.get('currency') ?? '',
      metadata: metadataOf(form),
      status: 'requires_payment_method',
      next_action: null,
      last_payment_error: null,
    }
    intents.set(intent.id, intent)
    return intent
  }
  const decline = (intent: Intent): never => {
    const error = { type: 'card_error', code: 'card_declined', decline_code: 'insufficient_funds' }
    intent.last_payment_error = error
    throw new Refused(402, error)
  }
  const confirm = (id: string, form: URLSearchParams): Intent => {
    const intent = get(id)
    if (intent.status === 'requires_confirmation')
      return Object.assign(intent, { status: 'succeeded' })
    if (intent.status !== 'requires_payment_method')
      throw invalid('payment_intent_unexpected_state')
    const card = form.get('payment_method')
    if (card === 'pm_card_visa') intent.status = 'succeeded'
    else if (card === 'pm_processing') intent.status = 'processing'
    else if (card === 'pm_card_chargeDeclined') decline(intent)
    else if (card === 'pm_card_threeDSecure2Required') {
      const url = `https://hooks.stripe.com/3d_secure_2/${id}`
      intent.next_action = { type: 'redirect_to_url', redirect_to_url: { url } }
      intent.status = 'requires_action'
    } else throw invalid('resource_missing', 'payment_method')
    return intent
  }
  const cancel = (id: string): Intent => {
    const intent = get(id)
    if (intent.status === 'succeeded' || intent.status === 'canceled') {
      throw invalid('payment_intent_unexpected_state')
    }
    return Object.assign(intent, { status: 'canceled' })
  }
  const refundsOf = (id: string | null) =>
    [...refunds.values()].filter((refund) => refund.payment_intent === id)
  const refund = (form: URLSearchParams): Refund => {
    const intent = get(form.get('payment_intent') ?? '')
    const amount = Number(form.get('amount'))
    const before = refundsOf(intent.id).reduce((sum, each) => sum + each.amount, 0)
    if (intent.status !== 'succeeded' || before + amount > intent.amount) {
      throw invalid('amount_too_large')
    }
    const id = `re_${refunds.size + 1}`
    const metadata = metadataOf(form)
    const made: Refund = {
      id,
      object: 'refund',
      payment_intent: intent.id,
      amount,
      metadata,
      status: 'succeeded',
    }
    refunds.set(id, made)
    return made
  }
  const search = (query: string) => {
    const key = /^metadata\["payment_key"\]:"([^"]+)"$/.exec(query)?.[1]
    return [...intents.values()].filter(({ metadata }) => metadata['payment_key'] === key)
  }
  return { intents, refunds, get, create, confirm, cancel, refund, refundsOf, search }
}

const textOf = async (request: IncomingMessage) => {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

const list = (data: readonly object[]) => ({ object: 'list', data, has_more: false })

const routed = (
  stripe: ReturnType<typeof memory>,
  method: string,
  { pathname, searchParams }: URL,
  form: URLSearchParams,
): object => {
  const [, , resource, id = '', action] = pathname.split('/')
  if (resource === 'refunds') {
    if (method === 'POST') return stripe.refund(form)
    return list(stripe.refundsOf(searchParams.get('payment_intent')))
  }
  if (id === 'search') return list(stripe.search(searchParams.get('query') ?? ''))
  if (action === 'confirm') return stripe.confirm(id, form)
  if (action === 'cancel') return stripe.cancel(id)
  return id === '' ? stripe.create(form) : stripe.get(id)
}

type Answer = { readonly status: number; readonly body: object }

const tried = (work: () => object): Answer => {
  try {
    return { status: 200, body: structuredClone(work()) }
  } catch (error) {
    if (error instanceof Refused) return { status: error.status, body: error.body }
    throw error
  }
}

export const startFakeStripe = async (): Promise<FakeStripe> => {
  const stripe = memory()
  const kept = new Map<string, Answer>()
  let broken: string | undefined
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', 'http://stripe')
    const form = new URLSearchParams(await textOf(request))
    const key = request.headers['idempotency-key']?.toString()
    const repeated = key === undefined ? undefined : kept.get(key)
    const said = repeated ?? tried(() => routed(stripe, request.method ?? '', url, form))
    if (key !== undefined) kept.set(key, said)
    if (broken !== undefined && url.pathname.endsWith(broken)) {
      broken = undefined
      return void response.socket?.resetAndDestroy()
    }
    response.writeHead(said.status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(said.body))
  }
  const server = createServer((request, response) => void answer(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const stop = () => {
    server.closeAllConnections()
    server.close()
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    intents: () => [...stripe.intents.values()],
    refunds: () => [...stripe.refunds.values()],
    forgetKeys: () => kept.clear(),
    authenticate: (id) => {
      Object.assign(stripe.get(id), { status: 'requires_confirmation', next_action: null })
    },
    settle: (id) => {
      Object.assign(stripe.get(id), { status: 'succeeded' })
    },
    breakNext: (path) => {
      broken = path
    },
    stop,
    [Symbol.asyncDispose]: async () => stop(),
  }
}
