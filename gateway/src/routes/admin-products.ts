import type { Product } from '@micromart/contracts/product'
import { z } from 'zod'
import { adminProductAnswer, productStatus } from '../answers/catalogue.ts'
import { present } from '../answers/money.ts'
import { productDraft } from '../answers/product-draft.ts'
import type { Shop } from '../client/shop.ts'
import { type Answer, type Input, json, needs, noContent, route } from '../http/route.ts'
import { refusal } from '../problem/problem.ts'
import { productIn, productPatchIn } from '../shapes/admin.ts'
import { adminProduct, adminProductQuery } from '../shapes/catalogue.ts'
import { listOf } from '../shapes/queries.ts'
import { handle, id } from '../shapes/texts.ts'
import { productFilter, productSort } from './catalogue.ts'
import { alsoAnswers, headers } from './common.ts'
import { changed, namedVersion, namesVersion, requiredIfMatch, versionEtag } from './if-match.ts'

const common = { tag: 'Admin: products', auth: needs('catalog:write') } as const
const params = z.object({ id })

type Sent = Pick<Input<{ id: string }, unknown, unknown>, 'params' | 'header'>

const productJson = (status: number, product: Product | undefined, more = {}): Answer => {
  const found = present(product)
  const answer = adminProductAnswer(found)
  return json(status, answer, { ETag: versionEtag(found.version, answer), ...more })
}

/**
 * The version a change is meant for. A plain ETag is taken at its word, the service compares; `*` or a list is
 * compared with the present one here.
 * @throws HttpProblem 428, 412; DomainError not_found
 */
const expectedVersion = async (sent: Sent, { product }: Shop): Promise<bigint> => {
  const ifMatch = requiredIfMatch(sent.header)
  const named = namedVersion(ifMatch)
  if (named !== undefined) return named
  const now = present((await product.getAdminProduct({ idOrHandle: sent.params.id })).product)
  if (namesVersion(ifMatch, now.version)) return now.version
  throw refusal('version_changed')
}

export const adminProductRoutes = [
  route({
    ...common,
    method: 'get',
    path: '/v1/admin/products',
    summary: 'List products of any status',
    budget: 'reads',
    query: adminProductQuery,
    responses: { 200: { description: 'A page', shape: listOf(adminProduct) } },
    handler: async ({ query }, { product }) => {
      const page = await product.listAdminProducts({
        filter: productFilter(query, productStatus(query.status)),
        sort: productSort(query.sort),
        limit: query.limit,
        cursor: query.cursor,
      })
      const nextCursor = page.nextCursor ?? null
      return json(200, { items: page.items.map(adminProductAnswer), nextCursor })
    },
  }),
  route({
    ...common,
    method: 'post',
    path: '/v1/admin/products',
    summary: 'Create a product',
    budget: 'writes',
    audit: 'product.create',
    body: { type: 'json', shape: productIn },
    responses: {
      201: { description: 'Created', shape: adminProduct, headers: ['ETag', 'Location'] },
      ...alsoAnswers(409),
    },
    handler: async ({ body }, { product }) => {
      const made = present((await product.createProduct({ draft: productDraft(body) })).product)
      return productJson(201, made, { Location: `/v1/admin/products/${made.id}` })
    },
  }),
  route({
    ...common,
    method: 'get',
    path: '/v1/admin/products/{id}',
    summary: 'Read a product with its stock',
    budget: 'reads',
    params: z.object({ id: handle }),
    headers: [headers.ifNoneMatch],
    responses: {
      200: { description: 'The product', shape: adminProduct, headers: ['ETag'] },
      ...alsoAnswers(304, 404),
    },
    handler: async ({ params: { id: idOrHandle } }, { product }) =>
      productJson(200, (await product.getAdminProduct({ idOrHandle })).product),
  }),
  route({
    ...common,
    method: 'patch',
    path: '/v1/admin/products/{id}',
    summary: 'Change the fields that are sent',
    budget: 'writes',
    audit: 'product.update',
    params,
    body: { type: 'json', shape: productPatchIn },
    headers: [headers.ifMatch],
    responses: {
      200: { description: 'Changed', shape: adminProduct, headers: ['ETag'] },
      ...alsoAnswers(404, 409, 412, 428),
    },
    handler: async (sent, shop) => {
      const version = await expectedVersion(sent, shop)
      const change = shop.product.updateProduct({
        id: sent.params.id,
        expectedVersion: version,
        draft: productDraft(sent.body),
        fields: Object.keys(sent.body),
      })
      return productJson(200, (await changed(change)).product)
    },
  }),
  route({
    ...common,
    method: 'delete',
    path: '/v1/admin/products/{id}',
    summary: 'Take a product off the shop; orders keep their copy',
    budget: 'writes',
    audit: 'product.archive',
    params,
    headers: [headers.ifMatch],
    responses: { 204: { description: 'Archived' }, ...alsoAnswers(404, 412, 428) },
    handler: async (sent, shop) => {
      const version = await expectedVersion(sent, shop)
      const named = { id: sent.params.id, expectedVersion: version }
      await changed(shop.product.archiveProduct(named))
      return noContent
    },
  }),
]
