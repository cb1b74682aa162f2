import {
  EraseMeResponse,
  type GetErasureResponse,
  type UserServiceServer,
} from '@micromart/contracts/user'
import { actingOf, keyed, unary } from '@micromart/service'
import type { Erasure } from '../model/erasure.ts'
import type { UseCases } from '../usecase/index.ts'
import { userOf } from './caller.ts'
import type { AnswersAbout } from './repeatable.ts'

const erasureMessage = (erasure: Erasure): GetErasureResponse => ({
  receiptId: erasure.id,
  requestedAt: erasure.requestedAt,
  completedAt: erasure.completedAt,
  parts: erasure.parts.map(({ erased, kept, ...part }) => ({
    ...part,
    kept: [...kept],
    erased: erased.map(({ kind, count }) => ({ kind, count: BigInt(count) })),
  })),
  receipt: erasure.receipt?.jws,
  key: erasure.receipt?.key,
})

/** The kept answer of a repeat holds the receipt's id alone: its token is made of it, and lies in no table. */
export const erasureRpc = (
  use: UseCases,
  answers: AnswersAbout,
): Pick<UserServiceServer, 'eraseMe' | 'getErasure'> => ({
  eraseMe: unary(async (request, call) => {
    const erase = keyed(answers(undefined), 'EraseMe', EraseMeResponse, async () => ({
      receiptId: await use.eraseMe(userOf(call).id, actingOf(call)),
      receiptToken: '',
    }))
    const { receiptId } = await erase(request, call)
    return { receiptId, receiptToken: use.receiptTokenOf(receiptId) }
  }),
  getErasure: unary(async ({ receiptId, receiptToken }) =>
    erasureMessage(await use.getErasure(receiptId, receiptToken)),
  ),
})
