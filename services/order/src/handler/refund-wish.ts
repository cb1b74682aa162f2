import type { RefundOrderRequest, ShipOrderRequest } from '@micromart/contracts/order'
import { fieldInvalid, fieldMissing } from '../model/errors.ts'
import type { Shipment } from '../model/order.ts'
import type { RefundWish } from '../model/refund.ts'

const longestReason = 500

/** Message -> what staff asks for. The gateway has checked the shape; what the tables could not take is refused here too. */
export const wishOf = ({ amount, lines, reason, restock }: RefundOrderRequest): RefundWish => {
  if (reason.trim() === '') throw fieldMissing('/reason', 'is needed')
  if (reason.length > longestReason) throw fieldInvalid('/reason', 'is too long')
  return { amount, lines, reason, restock }
}

const longest = 100

const short = (path: string, text: string | undefined): string | undefined => {
  if (text !== undefined && text.length > longest) throw fieldInvalid(path, 'is too long')
  return text === '' ? undefined : text
}

/** Message -> who carries the goods. */
export const shipmentOf = ({ carrier, trackingCode }: ShipOrderRequest): Shipment => ({
  carrier: short('/carrier', carrier),
  trackingCode: short('/trackingCode', trackingCode),
})
