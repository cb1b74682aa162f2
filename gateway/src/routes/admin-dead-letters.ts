import { z } from 'zod'
import { deadLetterAnswer } from '../answers/dead-letter.ts'
import { type Consumer, type Desk, listLetters } from '../client/dead-letters.ts'
import { json, needs, noContent, route } from '../http/route.ts'
import { refusal } from '../problem/problem.ts'
import { deadLetter, deadLetterList, deadLetterQuery, discardQuery } from '../shapes/ops.ts'
import { alsoAnswers, headers } from './common.ts'
import { contentEtag } from './if-match.ts'

const common = { tag: 'Admin: operation', auth: needs('ops') } as const

const params = z.object({ id: z.string().regex(/^[a-z]{1,32}:[!-~]{1,255}$/) })

const isConsumer = (desk: Desk, name: string): name is Consumer => Object.hasOwn(desk, name)

/**
 * Whose letter an id names.
 * @throws HttpProblem 404: no consumer of that name
 */
const addressed = (desk: Desk, id: string) => {
  const split = id.indexOf(':')
  const consumer = id.slice(0, split)
  if (!isConsumer(desk, consumer)) throw refusal('not_found')
  return { letters: desk[consumer], id: id.slice(split + 1) }
}

/** Events that a consumer could not handle, and what operators do with them. */
export const adminDeadLetterRoutes = [
  route({
    ...common,
    method: 'get',
    path: '/v1/admin/dead-letters',
    summary: 'Events that a consumer could not handle, newest first',
    budget: 'reads',
    query: deadLetterQuery,
    responses: { 200: { description: 'A page of letters', shape: deadLetterList } },
    handler: async ({ query }, { desk }) => {
      const { items, nextCursor = null, unavailable } = await listLetters(desk, query)
      return json(200, { items: items.map(deadLetterAnswer), nextCursor, unavailable })
    },
  }),
  route({
    ...common,
    method: 'get',
    path: '/v1/admin/dead-letters/{id}',
    summary: 'Read a letter',
    budget: 'reads',
    params,
    headers: [headers.ifNoneMatch],
    responses: {
      200: { description: 'The letter', shape: deadLetter, headers: ['ETag'] },
      ...alsoAnswers(304, 404),
    },
    handler: async ({ params: named }, { desk }) => {
      const { letters, id } = addressed(desk, named.id)
      const answer = deadLetterAnswer((await letters.getDeadLetter({ id })).letter)
      return json(200, answer, { ETag: contentEtag(answer) })
    },
  }),
  route({
    ...common,
    method: 'post',
    path: '/v1/admin/dead-letters/{id}/replay',
    summary: 'Hand the event to its consumer again; what it did meanwhile it does not do twice',
    budget: 'writes',
    audit: 'dead_letter.replay',
    params,
    responses: {
      200: { description: 'The letter afterwards', shape: deadLetter },
      ...alsoAnswers(404, 422),
    },
    handler: async ({ params: named }, { desk }) => {
      const { letters, id } = addressed(desk, named.id)
      return json(200, deadLetterAnswer((await letters.replayDeadLetter({ id })).letter))
    },
  }),
  route({
    ...common,
    method: 'delete',
    path: '/v1/admin/dead-letters/{id}',
    summary: 'Close a letter without an effect; the record of it stays',
    budget: 'writes',
    audit: 'dead_letter.discard',
    params,
    query: discardQuery,
    responses: { 204: { description: 'Closed' }, ...alsoAnswers(404, 422) },
    handler: async ({ params: named, query: { note = '' } }, { desk }) => {
      const { letters, id } = addressed(desk, named.id)
      await letters.discardDeadLetter({ id, note })
      return noContent
    },
  }),
]
