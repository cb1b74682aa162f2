import type { Clock } from '@micromart/kernel'
import { ProductNotFound, VersionChanged } from '../model/errors.ts'
import type { Products } from '../model/ports.ts'

type Deps = { readonly products: Products; readonly clock: Clock }

/** Takes a product off the shop; orders keep their copy. Repeatable. @throws ProductNotFound, VersionChanged */
export const archiveProduct =
  ({ products, clock }: Deps) =>
  async (id: string, expectedVersion: number): Promise<void> => {
    const before = await products.find(id)
    if (before === undefined) throw new ProductNotFound()
    if (before.status === 'archived') return
    if (expectedVersion !== 0 && expectedVersion !== before.version) {
      throw new VersionChanged(before.version)
    }
    const version = before.version + 1
    const after = { ...before, status: 'archived' as const, updatedAt: clock.now(), version }
    await products.save([{ before, after }], 'initial')
  }
