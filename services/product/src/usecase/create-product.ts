import type { Acting, Clock, Ids } from '@micromart/kernel'
import { productFrom } from '../model/assemble.ts'
import { productAudit } from '../model/audit.ts'
import type { ProductDraft } from '../model/draft.ts'
import { HandleTaken, SkuTaken } from '../model/errors.ts'
import { freeHandle, handleFrom } from '../model/handle.ts'
import type { Categories, CleanHtml, Products } from '../model/ports.ts'
import type { Product } from '../model/product.ts'
import { checkedDraft } from './draft-check.ts'

type Deps = {
  readonly products: Products
  readonly categories: Categories
  readonly cleanHtml: CleanHtml
  readonly clock: Clock
  readonly ids: Ids
  readonly currency: string
}

const attempts = 5

/** The handle that the caller chose, or a free one made from the title. */
const handleFor = async (products: Products, { handle, title }: ProductDraft): Promise<string> => {
  if (handle !== '') return handle
  const wanted = handleFrom(title) || 'product'
  return freeHandle(wanted, await products.takenHandles(wanted))
}

/**
 * Adds a product with its first stock.
 * @throws ProductInvalid naming every fault; HandleTaken for a handle that the caller chose; SkuTaken
 */
export const createProduct =
  (deps: Deps) =>
  async (given: ProductDraft, by: Acting): Promise<Product> => {
    const { products, clock, ids, currency } = deps
    const { draft, refs } = await checkedDraft(deps)(given)
    const owners = await products.ownersOf(draft.variants.map(({ sku }) => sku))
    const [taken] = owners.keys()
    if (taken !== undefined) throw new SkuTaken(taken)
    for (let attempt = 1; ; attempt += 1) {
      const handle = await handleFor(products, draft)
      const facts = {
        id: ids.next(),
        handle,
        categories: refs,
        now: clock.now(),
        before: undefined,
      }
      const after = productFrom(draft, { ...facts, currency, ids })
      try {
        const write = { before: undefined, after }
        await products.save([write], 'initial', productAudit('product.create', by, write))
        return after
      } catch (error) {
        // Somebody took the handle that we found free: the next one is ours.
        const mayRetry = error instanceof HandleTaken && draft.handle === '' && attempt < attempts
        if (!mayRetry) throw error
      }
    }
  }
