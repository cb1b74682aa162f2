import { DomainError, money } from '@micromart/kernel'
import type { z } from 'zod'
import type { Faults } from '../model/ports.ts'
import type { Operation } from '../model/fault.ts'
import type { UseCases } from '../usecase/index.ts'
import { chargeMessage, entryMessage, faultMessage, refundMessage, sumMessage } from './messages.ts'
import {
  chargeBody,
  deskRefundBody,
  faultBody,
  keyBody,
  keyHeader,
  keyQuery,
  ledgerQuery,
  ledgerSumsQuery,
  noticesBody,
  refundBody,
} from './shapes.ts'

/** What a route sees of a request. */
export type Asked = {
  readonly query: Readonly<Record<string, string>>
  readonly idempotencyKey: string | undefined
  readonly body: unknown
  /** A fault is armed that declines it. */
  readonly declined: boolean
}

export type Route = {
  readonly handle: (asked: Asked) => Promise<object>
  /** Faults can be armed for it. */
  readonly operation?: Operation
}

const read = <S extends z.ZodType>(schema: S, given: unknown, code: string): z.output<S> => {
  const parsed = schema.safeParse(given)
  if (!parsed.success) throw new DomainError('invalid', code)
  return parsed.data
}

const keyOf = ({ idempotencyKey }: Asked) =>
  read(keyHeader, idempotencyKey, 'idempotency_key_invalid')

const chargeRoutes = (use: UseCases, publicUrl: string): [string, Route][] => {
  const of = (charge: Parameters<typeof chargeMessage>[0]) => chargeMessage(charge, publicUrl)
  const byBody = ({ body }: Asked) => read(keyBody, body, 'key_invalid').key
  const charge = async (asked: Asked) => {
    const { token, reference, ...rest } = read(chargeBody, asked.body, 'charge_invalid')
    const amount = money(rest.amount, rest.currency)
    const { declined } = asked
    return of(await use.charge({ key: keyOf(asked), amount, token, reference, declined }))
  }
  const find = async ({ query }: Asked) =>
    of(await use.findCharge(read(keyQuery, query, 'key_invalid').key))
  const confirm = async (asked: Asked) => of(await use.confirmCharge(byBody(asked)))
  const cancel = async (asked: Asked) => of(await use.cancelCharge(byBody(asked)))
  return [
    ['POST /v1/charges', { handle: charge, operation: 'charge' }],
    ['GET /v1/charges', { handle: find, operation: 'find' }],
    ['POST /v1/charges/confirm', { handle: confirm, operation: 'confirm' }],
    ['POST /v1/charges/cancel', { handle: cancel, operation: 'cancel' }],
  ]
}

const refundRoutes = (use: UseCases): [string, Route][] => {
  const refund = async (asked: Asked) => {
    const { charge, amount } = read(refundBody, asked.body, 'refund_invalid')
    const { declined } = asked
    const request = { key: keyOf(asked), chargeId: charge, amount: BigInt(amount), declined }
    return refundMessage(await use.refund(request))
  }
  const atDesk = async (asked: Asked) => {
    const { reference, amount } = read(deskRefundBody, asked.body, 'refund_invalid')
    const given = amount === undefined ? undefined : BigInt(amount)
    return refundMessage(await use.refundAtDesk({ reference, amount: given }))
  }
  return [
    ['POST /v1/refunds', { handle: refund, operation: 'refund' }],
    ['POST /v1/desk/refunds', { handle: atDesk }],
  ]
}

const ledgerRoutes = (use: UseCases): [string, Route][] => {
  const sums = async (query: Asked['query']) => {
    const { afterReference, limit } = read(ledgerSumsQuery, query, 'ledger_query_invalid')
    return { items: (await use.ledgerSumsAfter(afterReference, limit)).map(sumMessage) }
  }
  const entries = async (query: Asked['query']) => {
    const { after, limit } = read(ledgerQuery, query, 'ledger_query_invalid')
    return { items: (await use.ledgerAfter(after, limit)).map(entryMessage) }
  }
  const handle = ({ query }: Asked) => ('afterReference' in query ? sums(query) : entries(query))
  return [['GET /v1/ledger', { handle }]]
}

const noticeRoutes = (use: UseCases): [string, Route][] => {
  const handle = async ({ body }: Asked) => {
    const { since } = read(noticesBody, body, 'notices_invalid')
    return { told: await use.tellAgain(new Date(since)) }
  }
  return [['POST /v1/notices', { handle }]]
}

const faultRoutes = (faults: Faults): [string, Route][] => {
  const arm = async ({ body }: Asked) =>
    faultMessage(faults.arm(read(faultBody, body, 'fault_invalid')))
  const list = async () => ({ items: faults.list().map(faultMessage) })
  const disarm = async () => {
    faults.disarm()
    return { items: [] }
  }
  return [
    ['POST /v1/faults', { handle: arm }],
    ['GET /v1/faults', { handle: list }],
    ['DELETE /v1/faults', { handle: disarm }],
  ]
}

/** Method and path to what is done. */
export const providerRoutes = (
  use: UseCases,
  faults: Faults,
  publicUrl: string,
): ReadonlyMap<string, Route> =>
  new Map([
    ...chargeRoutes(use, publicUrl),
    ...refundRoutes(use),
    ...ledgerRoutes(use),
    ...noticeRoutes(use),
    ...faultRoutes(faults),
  ])
