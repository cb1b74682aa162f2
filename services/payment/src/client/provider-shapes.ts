import { z } from 'zod'
import type { ChargeAnswer } from '../model/provider.ts'

const charge = z.discriminatedUnion('status', [
  z.object({ status: z.literal('succeeded'), id: z.string().min(1).max(64) }),
  z.object({ status: z.literal('declined'), declineCode: z.string().max(60) }),
])

/** Reads a charge; what can't be read is as good as no answer. */
export const chargeAnswerOf = (body: unknown): ChargeAnswer => {
  const read = charge.safeParse(body)
  if (!read.success) return { status: 'unknown' }
  if (read.data.status === 'succeeded') return { status: 'captured', chargeId: read.data.id }
  const { declineCode: code } = read.data
  return code === 'cancelled' ? { status: 'cancelled' } : { status: 'declined', code }
}

const refund = z.object({ status: z.literal('succeeded') })

export const isRefund = (body: unknown): boolean => refund.safeParse(body).success

const refusal = z.object({ code: z.string() })

/** The provider's word for a refusal. */
export const codeOf = (body: unknown): string | undefined => refusal.safeParse(body).data?.code
