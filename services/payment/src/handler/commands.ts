import type {
  ChargeRequest,
  ListForeignRefundsRequest,
  ListPaymentBooksRequest,
  ReceiveWebhookRequest,
  RefundRequest,
} from '@micromart/contracts/payment'
import type { Money as MoneyMessage } from '@micromart/contracts/types'
import { DomainError, isId, type Money } from '@micromart/kernel'
import { actingOf, type CallContext } from '@micromart/service'
import type { ChargeCommand } from '../usecase/charge.ts'
import type { BooksQuery } from '../usecase/list-books.ts'
import type { ForeignQuery } from '../usecase/list-foreign-refunds.ts'
import type { NoticeCommand } from '../usecase/receive-notice.ts'
import type { RefundCommand } from '../usecase/refund.ts'

type Deadline = { readonly deadline: Date | undefined }

const refuse = (path: string, code: string, message: string): never => {
  throw new DomainError('invalid', 'validation_failed', {}, { fields: [{ path, code, message }] })
}

const idOf = (path: string, given: string): string =>
  isId(given) ? given.toLowerCase() : refuse(path, 'id_invalid', 'must be a UUID')

const largest = BigInt(Number.MAX_SAFE_INTEGER)

const amountOf = (given: MoneyMessage | undefined): Money => {
  if (given === undefined || !/^[A-Z]{3}$/.test(given.currency)) {
    return refuse('/amount', 'amount_invalid', 'must have a currency of three capital letters')
  }
  const { amount, currency } = given
  if (amount < 0n || amount > largest) {
    return refuse('/amount/amount', 'amount_out_of_range', 'must be minor units, not negative')
  }
  return { amount, currency }
}

export const orderIdOf = ({ orderId }: { readonly orderId: string }): string =>
  idOf('/orderId', orderId)

export const orderIdsOf = ({ orderIds }: { readonly orderIds: readonly string[] }) => {
  if (orderIds.length > 100) refuse('/orderIds', 'too_many', 'must be 100 at most')
  return orderIds.map((id, index) => idOf(`/orderIds/${index}`, id))
}

export const orderCommand = (request: { readonly orderId: string }, { deadline }: Deadline) => ({
  orderId: orderIdOf(request),
  deadline,
})

export const chargeCommand = (request: ChargeRequest, { deadline }: Deadline): ChargeCommand => ({
  orderId: orderIdOf(request),
  amount: amountOf(request.amount),
  token: request.token || refuse('/token', 'token_missing', 'must be a card token'),
  deadline,
})

export const refundCommand = (request: RefundRequest, call: CallContext): RefundCommand => ({
  orderId: orderIdOf(request),
  refundId: idOf('/refundId', request.refundId),
  amount: amountOf(request.amount),
  by: actingOf(call),
  deadline: call.deadline,
})

const largestNotice = 256 * 1024

export const noticeCommand = ({
  provider,
  body,
  headers,
}: ReceiveWebhookRequest): NoticeCommand => {
  if (body.byteLength > largestNotice) refuse('/body', 'body_too_large', 'must be 256 KiB at most')
  return { provider, body, headers: new Map(headers.map(({ name, value }) => [name, value])) }
}

const pageLimit = (limit: number): number =>
  limit >= 1 && limit <= 1000 ? limit : refuse('/limit', 'limit_out_of_range', 'must be 1..1000')

/** A moment without an id is before all that was booked in it. */
export const foreignQuery = ({
  afterBookedAt: bookedAt,
  afterRefundId,
  limit,
}: ListForeignRefundsRequest): ForeignQuery => {
  const id = afterRefundId === '' ? '' : idOf('/afterRefundId', afterRefundId)
  return { after: bookedAt && { bookedAt, id }, limit: pageLimit(limit) }
}

/** Both books have pages of one form. */
export const booksQuery = (
  { afterOrderId, limit }: ListPaymentBooksRequest,
  { deadline }: Deadline,
): BooksQuery => {
  if (!/^[\x20-\x7e]{0,100}$/.test(afterOrderId)) {
    refuse('/afterOrderId', 'cursor_invalid', 'must be an order id, or empty')
  }
  return { afterOrderId, limit: pageLimit(limit), deadline }
}
