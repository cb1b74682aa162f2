import { z } from 'zod'
import { userAnswer } from '../answers/account.ts'
import type { Shop } from '../client/shop.ts'
import { type Answer, json, needs, route } from '../http/route.ts'
import { refusal } from '../problem/problem.ts'
import { rolesIn, user as userShape } from '../shapes/account.ts'
import { userQuery } from '../shapes/admin.ts'
import { listOf } from '../shapes/queries.ts'
import { id } from '../shapes/texts.ts'
import { alsoAnswers, headers } from './common.ts'
import { changed, namedRoles, names, requiredIfMatch, rolesEtag } from './if-match.ts'

const common = { tag: 'Admin: users' } as const
const params = z.object({ id })

const etagOf = (answer: ReturnType<typeof userAnswer>): string => rolesEtag(answer.roles, answer)

const withEtag = (answer: ReturnType<typeof userAnswer>): Answer =>
  json(200, answer, { ETag: etagOf(answer) })

/**
 * The roles that whoever changes them has read. A plain ETag is taken at its word, the user service compares where it
 * writes: two admins at once do not both pass. A list of ETags, and one of an account without roles, is compared here.
 * @returns none when any will do
 * @throws HttpProblem 412; DomainError not_found
 */
const rolesRead = async (
  ifMatch: string,
  userId: string,
  { user }: Shop,
): Promise<readonly string[]> => {
  if (ifMatch.trim() === '*') return []
  const named = namedRoles(ifMatch)
  if (named) return named
  const present = userAnswer((await user.getUser({ id: userId })).user)
  if (!names(ifMatch, etagOf(present))) throw refusal('version_changed')
  return present.roles
}

export const adminUserRoutes = [
  route({
    ...common,
    method: 'get',
    path: '/v1/admin/users',
    summary: 'List accounts',
    auth: needs('users:read'),
    budget: 'reads',
    query: userQuery,
    responses: { 200: { description: 'A page of accounts', shape: listOf(userShape) } },
    handler: async ({ query: { limit, cursor, email } }, { user }) => {
      const page = await user.listUsers({ limit, cursor, email })
      const nextCursor = page.nextCursor ?? null
      return json(200, { items: page.items.map(userAnswer), nextCursor })
    },
  }),
  route({
    ...common,
    method: 'get',
    path: '/v1/admin/users/{id}',
    summary: 'Read an account',
    auth: needs('users:read'),
    budget: 'reads',
    params,
    headers: [headers.ifNoneMatch],
    responses: {
      200: { description: 'The account', shape: userShape, headers: ['ETag'] },
      ...alsoAnswers(304, 404),
    },
    handler: async ({ params: named }, { user }) =>
      withEtag(userAnswer((await user.getUser({ id: named.id })).user)),
  }),
  route({
    ...common,
    method: 'put',
    path: '/v1/admin/users/{id}/roles',
    summary: 'Set the roles of an account',
    auth: needs('users:write'),
    budget: 'writes',
    audit: 'user.roles',
    params,
    body: { type: 'json', shape: rolesIn },
    headers: [headers.ifMatch],
    responses: {
      200: { description: 'The account', shape: userShape, headers: ['ETag'] },
      ...alsoAnswers(404, 412, 422, 428),
    },
    handler: async ({ params: named, body: { roles }, header }, shop) => {
      const expectedRoles = await rolesRead(requiredIfMatch(header), named.id, shop)
      const wanted = { id: named.id, roles, expectedRoles }
      return withEtag(userAnswer((await changed(shop.user.setRoles(wanted))).user))
    },
  }),
]
