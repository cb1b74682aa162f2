import { categoryAnswer } from '../answers/catalogue.ts'
import { present } from '../answers/money.ts'
import { json, needs, route } from '../http/route.ts'
import { categoryIn } from '../shapes/admin.ts'
import { category } from '../shapes/catalogue.ts'
import { listOf } from '../shapes/queries.ts'
import { alsoAnswers } from './common.ts'

const common = {
  tag: 'Admin: products',
  path: '/v1/admin/categories',
  auth: needs('catalog:write'),
} as const

export const adminCategoryRoutes = [
  route({
    ...common,
    method: 'get',
    summary: 'The tree of categories, as it is now',
    budget: 'reads',
    responses: { 200: { description: 'The tree', shape: listOf(category) } },
    handler: async (_input, { product }) => {
      const { items } = await product.listCategories({})
      return json(200, { items: items.map(categoryAnswer), nextCursor: null })
    },
  }),
  route({
    ...common,
    method: 'post',
    summary: 'Create a category',
    budget: 'writes',
    audit: 'category.create',
    body: { type: 'json', shape: categoryIn },
    responses: { 201: { description: 'Created', shape: category }, ...alsoAnswers(409) },
    handler: async ({ body: { title, handle, parent } }, { product }) => {
      const made = await product.createCategory({ title, handle, parent })
      return json(201, categoryAnswer(present(made.category)))
    },
  }),
]
