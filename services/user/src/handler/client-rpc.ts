import {
  ChangeClientResponse,
  type ClientServiceServer,
  RemoveClientResponse,
} from '@micromart/contracts/user'
import { actingOf, unary } from '@micromart/service'
import type { UseCases } from '../usecase/index.ts'
import { actorOf } from './caller.ts'
import { clientChange, clientDraft, clientMessage } from './client-messages.ts'
import { type AnswersAbout, repeatable } from './repeatable.ts'
import { limitOf } from './rpc.ts'

const versionOf = (version: bigint | undefined): number | undefined =>
  version === undefined ? undefined : Number(version)

/** Message -> command -> use case -> message. An answer with a secret is kept by no key. */
export const clientRpc = (use: UseCases, answers: AnswersAbout): ClientServiceServer => ({
  listClients: unary(async ({ limit, cursor }) => {
    const { items, nextCursor } = await use.listClients(limitOf(limit), cursor)
    return { items: items.map(clientMessage), nextCursor }
  }),
  getClient: unary(async ({ id }) => ({ client: clientMessage(await use.getClient(id)) })),
  addClient: unary(async ({ metadata }, call) => {
    const { client, secret } = await use.addClient(
      actorOf(call),
      actingOf(call),
      clientDraft(metadata),
    )
    return { client: clientMessage(client), secret }
  }),
  changeClient: repeatable(answers)(
    'ChangeClient',
    ChangeClientResponse,
    async ({ id, version, metadata }, call) => {
      const change = clientChange(clientDraft(metadata))
      const versioned = { id, version: versionOf(version), change, by: actingOf(call) }
      return { client: clientMessage(await use.changeClient(actorOf(call), versioned)) }
    },
    () => undefined,
  ),
  removeClient: repeatable(answers)(
    'RemoveClient',
    RemoveClientResponse,
    async ({ id, version }, call) => {
      await use.removeClient(actingOf(call), id, versionOf(version))
      return {}
    },
    () => undefined,
  ),
  rotateClientSecret: unary(async ({ id, version, keepSeconds }, call) => {
    const rotation = { id, version: versionOf(version), keepSeconds }
    const [actor, by] = [actorOf(call), actingOf(call)]
    const { client, secret = '' } = await use.rotateClientSecret(actor, by, rotation)
    return { client: clientMessage(client), secret }
  }),
})
