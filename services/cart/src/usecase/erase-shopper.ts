import type { Erased } from '@micromart/kernel'
import { memberKey } from '../model/cart.ts'
import { erasedCart } from '../model/erasure.ts'
import type { Ports } from '../model/ports.ts'

/** Erases a member's cart with its answers, and lets none come after it. Repeatable: the entry itself is the note of it. */
export const eraseShopper =
  ({ carts }: Pick<Ports, 'carts'>) =>
  async (userId: string): Promise<Erased> => {
    const id = await carts.change(memberKey(userId), (entry) => ({
      entry: entry?.state === 'erased' ? undefined : erasedCart(entry),
      result: entry?.id ?? '',
    }))
    return { done: true, records: { carts: id === '' ? [] : [id] }, kept: [] }
  }
