import { hash } from 'node:crypto'
import type { PrivacyServiceServer } from '@micromart/contracts/privacy'
import { DomainError, type Erased, isId } from '@micromart/kernel'
import { unary } from './unary.ts'

/** SHA-256, hex, of ids in bytewise order, each with a line feed: who has the ids can tell that these were meant. */
const digestOfIds = (ids: readonly string[]): string =>
  hash(
    'sha256',
    ids
      .toSorted()
      .map((id) => `${id}\n`)
      .join(''),
    'hex',
  )

const countsOf = ({ records }: Erased) =>
  Object.entries(records).map(([kind, ids]) => ({ kind, count: BigInt(ids.length) }))

/**
 * Erases a person on demand.
 * @param erase as often as it is called; its answer is that of the first call, and what came since
 */
export const privacyRpc = (erase: (userId: string) => Promise<Erased>): PrivacyServiceServer => ({
  erasePerson: unary(async ({ userId }) => {
    if (!isId(userId)) throw new DomainError('invalid', 'user_id_invalid')
    const erased = await erase(userId)
    return {
      done: erased.done,
      erased: countsOf(erased),
      kept: [...erased.kept],
      digest: digestOfIds(Object.values(erased.records).flat()),
    }
  }),
})
