/** A remote step of a checkout, or of what follows it. */
export type Step = {
  readonly name: string
  readonly caller: 'order' | 'payment'
  readonly callee: 'product' | 'payment' | 'provider'
  /** gRPC path, or method and path at the provider. */
  readonly method: string
  /** What a shopper does so that the step comes. */
  readonly story: 'buys' | 'is declined' | 'comes too late' | 'cancels'
}

const product = (rpc: string) => `/micromart.product.v1.ProductService/${rpc}`
const payment = (rpc: string) => `/micromart.payment.v1.PaymentService/${rpc}`

export const steps: readonly Step[] = [
  { name: 'hold', caller: 'order', callee: 'product', method: product('HoldStock'), story: 'buys' },
  {
    name: 'open',
    caller: 'order',
    callee: 'payment',
    method: payment('OpenPayment'),
    story: 'buys',
  },
  { name: 'charge', caller: 'order', callee: 'payment', method: payment('Charge'), story: 'buys' },
  {
    name: 'charge at provider',
    caller: 'payment',
    callee: 'provider',
    method: 'POST /v1/charges',
    story: 'buys',
  },
  {
    name: 'claim',
    caller: 'order',
    callee: 'product',
    method: product('ClaimStock'),
    story: 'buys',
  },
  {
    name: 'release',
    caller: 'order',
    callee: 'product',
    method: product('ReleaseStock'),
    story: 'is declined',
  },
  {
    name: 'cancel',
    caller: 'order',
    callee: 'payment',
    method: payment('CancelPayment'),
    story: 'comes too late',
  },
  {
    name: 'refund',
    caller: 'order',
    callee: 'payment',
    method: payment('Refund'),
    story: 'cancels',
  },
  {
    name: 'refund at provider',
    caller: 'payment',
    callee: 'provider',
    method: 'POST /v1/refunds',
    story: 'cancels',
  },
  {
    name: 'return',
    caller: 'order',
    callee: 'product',
    method: product('ReturnStock'),
    story: 'cancels',
  },
]

/** Before the callee sees the call; after its effect, before its answer; after its answer, before the caller commits. */
export const points = ['before', 'after', 'answered'] as const
export const kinds = ['reset', 'timeout', 'kill caller', 'kill callee'] as const

type Point = (typeof points)[number]
type Kind = (typeof kinds)[number]

export type Case = { readonly step: Step; readonly point: Point; readonly kind: Kind }

/** Every pair. @param wanted names of steps; all without */
export const casesOf = (wanted: readonly string[]): readonly Case[] =>
  steps
    .filter(({ name }) => wanted.length === 0 || wanted.includes(name.replaceAll(' ', '-')))
    .flatMap((step) => points.flatMap((point) => kinds.map((kind) => ({ step, point, kind }))))

/** Where the step's calls pass. */
export const edgeOf = ({ callee }: Step): string =>
  callee === 'provider' ? 'provider' : `${callee}-in`
