import type { OAuthClient } from '@micromart/contracts/user'
import { z } from 'zod'
import { changedMetadata, clientAnswer, newMetadata } from '../answers/client.ts'
import { present } from '../answers/money.ts'
import type { Shop } from '../client/shop.ts'
import { type Answer, type Input, json, needs, noContent, route } from '../http/route.ts'
import { refusal } from '../problem/problem.ts'
import * as shapes from '../shapes/client.ts'
import { listOf, paging } from '../shapes/queries.ts'
import { alsoAnswers, headers } from './common.ts'
import { changed, namedVersion, namesVersion, requiredIfMatch, versionEtag } from './if-match.ts'

const common = { tag: 'Admin: clients', auth: needs('clients:write') } as const
const params = z.object({ id: shapes.clientId })

type Sent = Pick<Input<{ id: string }, unknown, unknown>, 'params' | 'header'>

const clientJson = (status: number, message: OAuthClient | undefined, more = {}): Answer => {
  const answer = clientAnswer(message)
  return json(
    status,
    { ...answer, ...more },
    { ETag: versionEtag(present(message).version, answer) },
  )
}

/**
 * The version that a change is meant for, as with products.
 * @throws HttpProblem 428, 412; DomainError not_found
 */
const expectedVersion = async (sent: Sent, { clients }: Shop): Promise<bigint> => {
  const ifMatch = requiredIfMatch(sent.header)
  const named = namedVersion(ifMatch)
  if (named !== undefined) return named
  const now = present((await clients.getClient({ id: sent.params.id })).client)
  if (namesVersion(ifMatch, now.version)) return now.version
  throw refusal('version_changed')
}

const reads = [
  route({
    ...common,
    method: 'get',
    path: '/v1/admin/clients',
    summary: 'List the clients of the authorization server',
    budget: 'reads',
    query: z.object(paging),
    responses: { 200: { description: 'A page of clients', shape: listOf(shapes.client) } },
    handler: async ({ query }, { clients }) => {
      const page = await clients.listClients(query)
      const nextCursor = page.nextCursor ?? null
      return json(200, { items: page.items.map(clientAnswer), nextCursor })
    },
  }),
  route({
    ...common,
    method: 'get',
    path: '/v1/admin/clients/{id}',
    summary: 'Read a client',
    budget: 'reads',
    params,
    headers: [headers.ifNoneMatch],
    responses: {
      200: { description: 'The client', shape: shapes.client, headers: ['ETag'] },
      ...alsoAnswers(304, 404),
    },
    handler: async ({ params: { id } }, { clients }) =>
      clientJson(200, (await clients.getClient({ id })).client),
  }),
]

/** Answers that hold a secret are kept by no key. */
const withSecrets = [
  route({
    ...common,
    method: 'post',
    path: '/v1/admin/clients',
    summary: 'Register a client; its secret is told once',
    budget: 'writes',
    idempotencyKey: 'ignored',
    audit: 'client.add',
    body: { type: 'json', shape: shapes.clientIn },
    responses: {
      201: {
        description: 'Registered',
        shape: shapes.clientWithSecret,
        headers: ['ETag', 'Location'],
      },
    },
    handler: async ({ body }, { clients }) => {
      const { client, secret = null } = await clients.addClient({ metadata: newMetadata(body) })
      const answer = clientJson(201, client, { secret })
      const location = `/v1/admin/clients/${present(client).id}`
      return { ...answer, headers: { ...answer.headers, Location: location } }
    },
  }),
  route({
    ...common,
    method: 'post',
    path: '/v1/admin/clients/{id}/secret',
    summary: 'Give a client a new secret, told once',
    budget: 'writes',
    idempotencyKey: 'ignored',
    audit: 'client.rotate_secret',
    params,
    body: { type: 'json', shape: shapes.rotationIn, optional: true },
    headers: [headers.ifMatch],
    responses: {
      200: { description: 'The new secret', shape: shapes.clientWithSecret, headers: ['ETag'] },
      ...alsoAnswers(404, 412, 422, 428),
    },
    handler: async (input, shop) => {
      const version = await expectedVersion(input, shop)
      const { keepSeconds = 0 } = input.body
      const wanted = { id: input.params.id, version, keepSeconds }
      const { client, secret } = await changed(shop.clients.rotateClientSecret(wanted))
      return clientJson(200, client, { secret })
    },
  }),
]

const changes = [
  route({
    ...common,
    method: 'put',
    path: '/v1/admin/clients/{id}',
    summary: 'Change a client; its type, its grants and how it proves itself stay',
    budget: 'writes',
    audit: 'client.change',
    params,
    body: { type: 'json', shape: shapes.clientPutIn },
    headers: [headers.ifMatch],
    responses: {
      200: { description: 'The client', shape: shapes.client, headers: ['ETag'] },
      ...alsoAnswers(404, 412, 428),
    },
    handler: async (input, shop) => {
      const version = await expectedVersion(input, shop)
      const wanted = { id: input.params.id, version, metadata: changedMetadata(input.body) }
      return clientJson(200, (await changed(shop.clients.changeClient(wanted))).client)
    },
  }),
  route({
    ...common,
    method: 'delete',
    path: '/v1/admin/clients/{id}',
    summary: 'Remove a client, and end all that it was given',
    budget: 'writes',
    audit: 'client.remove',
    params,
    headers: [headers.ifMatch],
    responses: { 204: { description: 'Removed' }, ...alsoAnswers(404, 412, 428) },
    handler: async (input, shop) => {
      const version = await expectedVersion(input, shop)
      await changed(shop.clients.removeClient({ id: input.params.id, version }))
      return noContent
    },
  }),
]

export const adminClientRoutes = [...reads, ...withSecrets, ...changes]
