import { z } from 'zod'
import { addressMessage, savedAddressAnswer } from '../answers/address.ts'
import { present } from '../answers/money.ts'
import { json, needs, noContent, route } from '../http/route.ts'
import { addressIn, savedAddress } from '../shapes/address.ts'
import { listOf } from '../shapes/queries.ts'
import { id } from '../shapes/texts.ts'
import { alsoAnswers } from './common.ts'

const common = { tag: 'Account', auth: needs('account') } as const
const params = z.object({ id })

export const addressRoutes = [
  route({
    ...common,
    method: 'get',
    path: '/v1/me/addresses',
    summary: 'My address book',
    budget: 'reads',
    responses: { 200: { description: 'All addresses', shape: listOf(savedAddress) } },
    handler: async (_input, { user }) => {
      const { items } = await user.listAddresses({})
      return json(200, { items: items.map(savedAddressAnswer), nextCursor: null })
    },
  }),
  route({
    ...common,
    method: 'post',
    path: '/v1/me/addresses',
    summary: 'Add an address',
    budget: 'writes',
    body: { type: 'json', shape: addressIn },
    responses: {
      201: { description: 'Added', shape: savedAddress, headers: ['Location'] },
      ...alsoAnswers(422),
    },
    handler: async ({ body }, { user }) => {
      const added = await user.addAddress({ address: addressMessage(body) })
      const answer = savedAddressAnswer(present(added.address))
      return json(201, answer, { Location: `/v1/me/addresses/${answer.id}` })
    },
  }),
  route({
    ...common,
    method: 'put',
    path: '/v1/me/addresses/{id}',
    summary: 'Replace an address',
    budget: 'writes',
    params,
    body: { type: 'json', shape: addressIn },
    responses: { 200: { description: 'Replaced', shape: savedAddress }, ...alsoAnswers(404) },
    handler: async ({ params: { id: addressId }, body }, { user }) => {
      const address = addressMessage(body)
      const replaced = await user.replaceAddress({ id: addressId, address })
      return json(200, savedAddressAnswer(present(replaced.address)))
    },
  }),
  route({
    ...common,
    method: 'delete',
    path: '/v1/me/addresses/{id}',
    summary: 'Remove an address',
    budget: 'writes',
    params,
    responses: { 204: { description: 'Removed' }, ...alsoAnswers(404) },
    handler: async ({ params: { id: addressId } }, { user }) => {
      await user.deleteAddress({ id: addressId })
      return noContent
    },
  }),
]
