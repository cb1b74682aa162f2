import {
  AdjustStockResponse,
  ArchiveProductResponse,
  CreateCategoryResponse,
  CreateProductResponse,
  type ProductServiceServer,
  UpdateProductResponse,
} from '@micromart/contracts/product'
import { actingOf, keyed, unary } from '@micromart/service'
import type { StockLine } from '../model/stock.ts'
import type { UseCases } from '../usecase/index.ts'
import { booksRpc } from './books-rpc.ts'
import { draftOf, listRequestOf, patchOf } from './commands.ts'
import { csvRpc } from './csv-rpc.ts'
import {
  categoryMessage,
  holdMessage,
  offerMessage,
  productMessage,
  ledgerMessage,
  shortageMessages,
  summaryMessage,
} from './messages.ts'

type Methods<Names extends keyof ProductServiceServer> = Pick<ProductServiceServer, Names>

const catalogueRpc = (
  use: UseCases,
): Methods<'listProducts' | 'getProduct' | 'listCategories' | 'changesSince' | 'getOffers'> => ({
  listProducts: unary(async (request) => {
    const { page, facets } = await use.listProducts(listRequestOf(request), request.facets)
    const values = facets.map(({ name, values: counted }) => ({
      name,
      values: counted.map(({ count, ...value }) => ({ ...value, count: BigInt(count) })),
    }))
    return { items: page.items.map(summaryMessage), nextCursor: page.nextCursor, facets: values }
  }),
  getProduct: unary(async ({ idOrHandle }) => ({
    product: productMessage(await use.getProduct(idOrHandle), 'shopper'),
  })),
  listCategories: unary(async () => ({
    items: (await use.listCategories()).map(categoryMessage),
  })),
  changesSince: unary(async ({ cursor }) => use.changesSince(cursor)),
  getOffers: unary(async ({ skus }) => ({ offers: (await use.getOffers(skus)).map(offerMessage) })),
})

const lineOf = ({ sku, quantity }: { sku: string; quantity: bigint }): StockLine => ({
  sku,
  quantity: Number(quantity),
})

const holdRpc = (
  use: UseCases,
): Methods<'holdStock' | 'extendHold' | 'claimStock' | 'releaseStock' | 'returnStock'> => ({
  holdStock: unary(async ({ orderId, lines, ttlSeconds }) => {
    return holdMessage(await use.holdStock({ orderId, lines: lines.map(lineOf), ttlSeconds }))
  }),
  extendHold: unary(async ({ orderId, ttlSeconds }) => ({
    extended: await use.extendHold(orderId, ttlSeconds),
  })),
  claimStock: unary(async ({ orderId }) => {
    const answer = await use.claimStock(orderId)
    const shortages = answer.claimed ? [] : answer.shortages
    return { claimed: answer.claimed, shortages: shortageMessages(shortages) }
  }),
  releaseStock: unary(async ({ orderId }) => {
    await use.releaseStock(orderId)
    return {}
  }),
  returnStock: unary(async ({ orderId, returnId, lines }) => {
    await use.returnStock({ orderId, returnId, lines: lines.map(lineOf) })
    return {}
  }),
})

const staffReadRpc = (
  use: UseCases,
): Methods<'listAdminProducts' | 'getAdminProduct' | 'getStock'> => ({
  listAdminProducts: unary(async (request) => {
    const { items, nextCursor } = await use.listAdminProducts(listRequestOf(request))
    return { items: items.map((product) => productMessage(product, 'staff')), nextCursor }
  }),
  getAdminProduct: unary(async ({ idOrHandle }) => ({
    product: productMessage(await use.getAdminProduct(idOrHandle), 'staff'),
  })),
  getStock: unary(async ({ sku }) => ledgerMessage(await use.getStock(sku))),
})

/** Where answers are kept by the request's idempotency key. */
export type Answers = Parameters<typeof keyed>[0]

/** Each may come again with its idempotency key: the effect and the answer are one transaction. */
const staffWriteRpc = (
  use: UseCases,
  answers: Answers,
  currency: string,
): Methods<
  'createProduct' | 'updateProduct' | 'archiveProduct' | 'createCategory' | 'adjustStock'
> => ({
  createProduct: unary(
    keyed(answers, 'CreateProduct', CreateProductResponse, async ({ draft }, call) => {
      const product = await use.createProduct(draftOf(draft, currency), actingOf(call))
      return { product: productMessage(product, 'staff') }
    }),
  ),
  updateProduct: unary(
    keyed(answers, 'UpdateProduct', UpdateProductResponse, async (request, call) => {
      const product = await use.updateProduct(patchOf(request, currency), actingOf(call))
      return { product: productMessage(product, 'staff') }
    }),
  ),
  archiveProduct: unary(
    keyed(answers, 'ArchiveProduct', ArchiveProductResponse, async (request, call) => {
      const { id, expectedVersion } = request
      await use.archiveProduct(id, Number(expectedVersion), actingOf(call))
      return {}
    }),
  ),
  createCategory: unary(
    keyed(answers, 'CreateCategory', CreateCategoryResponse, async (request, call) => {
      const category = await use.createCategory(request, actingOf(call))
      return { category: categoryMessage({ ...category, children: [] }) }
    }),
  ),
  adjustStock: unary(
    keyed(answers, 'AdjustStock', AdjustStockResponse, async ({ sku, delta, reason }, call) =>
      ledgerMessage(await use.adjustStock({ sku, delta: Number(delta), reason }, actingOf(call))),
    ),
  ),
})

/** Message -> command -> use case -> message. */
export const productRpc = (
  use: UseCases,
  answers: Answers,
  currency: string,
): ProductServiceServer => ({
  ...catalogueRpc(use),
  ...holdRpc(use),
  ...staffReadRpc(use),
  ...staffWriteRpc(use, answers, currency),
  ...booksRpc(use),
  ...csvRpc(use),
})
