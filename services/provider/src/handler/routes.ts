import { DomainError, money } from '@micromart/kernel'
import type { z } from 'zod'
import type { Charge, LedgerEntry, Refund } from '../model/charge.ts'
import type { UseCases } from '../usecase/index.ts'
import { cancelBody, chargeBody, keyHeader, keyQuery, ledgerQuery, refundBody } from './shapes.ts'

/** What a route sees of a request. */
type Asked = {
  readonly query: Readonly<Record<string, string>>
  readonly idempotencyKey: string | undefined
  readonly body: unknown
}

export type Route = (asked: Asked) => Promise<object>

const read = <S extends z.ZodType>(schema: S, given: unknown, code: string): z.output<S> => {
  const parsed = schema.safeParse(given)
  if (!parsed.success) throw new DomainError('invalid', code)
  return parsed.data
}

const keyOf = ({ idempotencyKey }: Asked) =>
  read(keyHeader, idempotencyKey, 'idempotency_key_invalid')

const chargeMessage = ({ id, outcome, amount }: Charge) => ({
  id,
  ...outcome,
  ...(amount && { amount: Number(amount.amount), currency: amount.currency }),
})

const refundMessage = ({ id, chargeId, amount }: Refund) => ({
  id,
  status: 'succeeded',
  charge: chargeId,
  amount: Number(amount.amount),
  currency: amount.currency,
})

const entryMessage = ({ seq, chargeId, amount, at, ...entry }: LedgerEntry) => ({
  ...entry,
  seq: seq.toString(),
  charge: chargeId,
  amount: Number(amount.amount),
  currency: amount.currency,
  at: at.toISOString(),
})

/** Method and path to what is done. */
export const providerRoutes = (use: UseCases): ReadonlyMap<string, Route> =>
  new Map<string, Route>([
    [
      'POST /v1/charges',
      async (asked) => {
        const body = read(chargeBody, asked.body, 'charge_invalid')
        const { token, reference } = body
        const amount = money(body.amount, body.currency)
        return chargeMessage(await use.charge({ key: keyOf(asked), amount, token, reference }))
      },
    ],
    [
      'GET /v1/charges',
      async ({ query }) =>
        chargeMessage(await use.findCharge(read(keyQuery, query, 'key_invalid').key)),
    ],
    [
      'POST /v1/charges/cancel',
      async ({ body }) =>
        chargeMessage(await use.cancelCharge(read(cancelBody, body, 'key_invalid').key)),
    ],
    [
      'POST /v1/refunds',
      async (asked) => {
        const { charge, amount } = read(refundBody, asked.body, 'refund_invalid')
        const refund = { key: keyOf(asked), chargeId: charge, amount: BigInt(amount) }
        return refundMessage(await use.refund(refund))
      },
    ],
    [
      'GET /v1/ledger',
      async ({ query }) => {
        const { after, limit } = read(ledgerQuery, query, 'ledger_query_invalid')
        const entries = await use.ledgerAfter(after, limit)
        return { items: entries.map(entryMessage) }
      },
    ],
  ])
