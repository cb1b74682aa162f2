import { z } from 'zod'
import { erasureAnswer } from '../answers/erasure.ts'
import { anybody, json, needs, route } from '../http/route.ts'
import { id, time } from '../shapes/texts.ts'
import { headers } from './common.ts'

const common = { tag: 'Account' } as const

const part = z.object({
  app: z.string().describe('The service that did it.'),
  at: time,
  erased: z.record(z.string(), z.int()).describe('How many records, by kind.'),
  kept: z.array(z.string()).describe('What stays, without a name, since the law wants it.'),
  digest: z.string().describe('SHA-256 of the ids of those records, each with a line feed.'),
})

const erasure = z
  .object({
    id,
    status: z.enum(['running', 'done']),
    requestedAt: time,
    completedAt: time.nullable(),
    parts: z.array(part),
    receipt: z
      .string()
      .nullable()
      .describe('A JWS by the shop, `typ` erasure-receipt+jwt, once all is done.'),
    key: z.record(z.string(), z.unknown()).nullable().describe('The JWK that verifies it.'),
  })
  .meta({ id: 'Erasure' })

const told = ['Location', 'X-Erasure-Token']

export const erasureRoutes = [
  route({
    ...common,
    method: 'delete',
    path: '/v1/me',
    summary: 'Erase my account; what becomes of it is told at `Location`, to `X-Erasure-Token`',
    auth: needs('account'),
    budget: 'writes',
    responses: { 204: { description: 'Erased here, and begun everywhere else', headers: told } },
    handler: async (_input, { user }) => {
      const { receiptId, receiptToken } = await user.eraseMe({})
      const location = `/v1/erasures/${receiptId}`
      return { status: 204, headers: { Location: location, 'X-Erasure-Token': receiptToken } }
    },
  }),
  route({
    ...common,
    method: 'get',
    path: '/v1/erasures/{id}',
    summary: 'What has become of an erasure, and its signed receipt',
    auth: anybody,
    budget: 'reads',
    params: z.object({ id }),
    headers: [headers.erasureToken],
    responses: { 200: { description: 'The erasure', shape: erasure } },
    handler: async ({ params, header }, { user }) => {
      const receiptToken = header('X-Erasure-Token') ?? ''
      return json(200, erasureAnswer(await user.getErasure({ receiptId: params.id, receiptToken })))
    },
  }),
]
