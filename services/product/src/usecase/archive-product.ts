import type { Acting, Clock } from '@micromart/kernel'
import { productAudit } from '../model/audit.ts'
import { ProductNotFound, VersionChanged } from '../model/errors.ts'
import type { Products } from '../model/ports.ts'
import { anyVersion } from './any-version.ts'

type Deps = { readonly products: Products; readonly clock: Clock }

type Wanted = { readonly id: string; readonly expectedVersion: number; readonly by: Acting }

const archive = async ({ products, clock }: Deps, wanted: Wanted): Promise<void> => {
  const { id, expectedVersion: expected, by } = wanted
  const before = await products.find(id)
  if (before === undefined) throw new ProductNotFound()
  if (before.status === 'archived') return
  if (expected !== 0 && expected !== before.version) throw new VersionChanged(before.version)
  const version = before.version + 1
  const after = { ...before, status: 'archived' as const, updatedAt: clock.now(), version }
  const write = { before, after }
  await products.save([write], 'initial', productAudit('product.archive', by, write))
}

/**
 * Takes a product off the shop; orders keep their copy. Repeatable.
 * @param expectedVersion 0 means any
 * @throws ProductNotFound, VersionChanged
 */
export const archiveProduct =
  (deps: Deps) =>
  (id: string, expectedVersion: number, by: Acting): Promise<void> =>
    anyVersion(expectedVersion, () => archive(deps, { id, expectedVersion, by }))
