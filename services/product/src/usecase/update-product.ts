import type { Acting, Clock, Ids } from '@micromart/kernel'
import { draftOf, ledgerPaths, productFrom, sameProduct } from '../model/assemble.ts'
import { productAudit } from '../model/audit.ts'
import type { DraftField, ProductDraft } from '../model/draft.ts'
import { ProductNotFound, SkuTaken, UseStockLedger, VersionChanged } from '../model/errors.ts'
import type { Categories, CleanHtml, Products } from '../model/ports.ts'
import type { Product } from '../model/product.ts'
import { anyVersion } from './any-version.ts'
import { checkedDraft } from './draft-check.ts'

type Deps = {
  readonly products: Products
  readonly categories: Categories
  readonly cleanHtml: CleanHtml
  readonly clock: Clock
  readonly ids: Ids
  readonly currency: string
}

export type Patch = {
  readonly id: string
  /** 0 means any. */
  readonly expectedVersion: number
  readonly draft: ProductDraft
  /** The draft's fields that count; the others stay as they are. */
  readonly fields: ReadonlySet<DraftField>
}

/** The present product with the patch over it. New variants bring their own options unless options are patched too. */
const merged = (before: Product, { draft, fields }: Patch): ProductDraft => {
  const given = Object.fromEntries([...fields].map((field) => [field, draft[field]]))
  const own = fields.has('variants') && !fields.has('options') ? { options: [] } : {}
  return { ...draftOf(before), ...own, ...given }
}

const refuseTaken = async (products: Products, draft: ProductDraft, id: string): Promise<void> => {
  const owners = await products.ownersOf(draft.variants.map(({ sku }) => sku))
  for (const [sku, owner] of owners) if (owner !== id) throw new SkuTaken(sku)
}

const change = async (deps: Deps, patch: Patch, by: Acting): Promise<Product> => {
  const { products, clock, ids, currency } = deps
  const before = await products.find(patch.id)
  if (before === undefined) throw new ProductNotFound()
  if (patch.expectedVersion !== 0 && patch.expectedVersion !== before.version) {
    throw new VersionChanged(before.version)
  }
  const paths = patch.fields.has('variants') ? ledgerPaths(patch.draft, before) : []
  if (paths.length > 0) throw new UseStockLedger(paths)
  const { draft, refs } = await checkedDraft(deps)(merged(before, patch))
  await refuseTaken(products, draft, before.id)
  const handle = draft.handle === '' ? before.handle : draft.handle
  const facts = { id: before.id, handle, categories: refs, now: clock.now(), before }
  const after = productFrom(draft, { ...facts, currency, ids })
  if (sameProduct(before, after)) return before
  const write = { before, after }
  await products.save([write], 'initial', productAudit('product.update', by, write))
  return after
}

/**
 * Changes what the patch names; nothing is written when that changes nothing.
 * @throws ProductNotFound, VersionChanged, UseStockLedger, ProductInvalid, HandleTaken, SkuTaken
 */
export const updateProduct =
  (deps: Deps) =>
  (patch: Patch, by: Acting): Promise<Product> =>
    anyVersion(patch.expectedVersion, () => change(deps, patch, by))
