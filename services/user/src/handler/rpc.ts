import {
  AddAddressResponse,
  DeleteAddressResponse,
  ReplaceAddressResponse,
  SetRolesResponse,
  UpdateMeResponse,
  type UserServiceServer,
} from '@micromart/contracts/user'
import { isId } from '@micromart/kernel'
import { actingOf, unary } from '@micromart/service'
import type { UseCases } from '../usecase/index.ts'
import { accountFlows } from './account-flows.ts'
import { actorOf, userOf } from './caller.ts'
import { erasureRpc } from './erasure.ts'
import {
  addressFrom,
  deviceFrom,
  savedAddressMessage,
  tokensMessage,
  userMessage,
} from './messages.ts'
import { type AnswersAbout, repeatable } from './repeatable.ts'

const pageSize = { default: 20, most: 100 }

export const limitOf = (asked: number): number =>
  asked < 1 ? pageSize.default : Math.min(asked, pageSize.most)

type Rpcs<Names extends keyof UserServiceServer> = Pick<UserServiceServer, Names>

/** Message -> command -> use case -> message. */
const sessions = (
  use: UseCases,
): Rpcs<'register' | 'login' | 'refresh' | 'logout' | 'getJwks'> => ({
  register: unary(async ({ email, password, name, device }) => {
    const wish = { email, password, name, device: deviceFrom(device) }
    const { account, tokens } = await use.register(wish)
    return { user: userMessage(account), tokens: tokensMessage(tokens) }
  }),
  login: unary(async ({ email, password, totp, device }) => {
    const attempt = { email, password, code: totp, device: deviceFrom(device) }
    const { account, tokens } = await use.login(attempt)
    return { user: userMessage(account), tokens: tokensMessage(tokens) }
  }),
  refresh: unary(async ({ refreshToken, device }) => ({
    tokens: tokensMessage(await use.refresh(refreshToken, deviceFrom(device))),
  })),
  logout: unary(async ({ refreshToken }) => {
    await use.logout(refreshToken)
    return {}
  }),
  getJwks: unary(async () => ({ jwks: await use.getJwks() })),
})

const own = (
  use: UseCases,
  answers: AnswersAbout,
): Rpcs<'getMe' | 'updateMe' | 'changePassword' | 'getCheckoutDetails'> => ({
  getMe: unary(async (_, call) => ({ user: userMessage(await use.getMe(userOf(call).id)) })),
  updateMe: repeatable(answers)('UpdateMe', UpdateMeResponse, async ({ name }, call) => ({
    user: userMessage(await use.updateMe(userOf(call).id, { name })),
  })),
  changePassword: unary(async ({ currentPassword, newPassword, refreshToken }, call) => {
    await use.changePassword(userOf(call).id, { currentPassword, newPassword, refreshToken })
    return {}
  }),
  getCheckoutDetails: unary(async ({ addressId }, call) =>
    use.getCheckoutDetails(userOf(call).id, addressId),
  ),
})

const addresses = (
  use: UseCases,
  answers: AnswersAbout,
): Rpcs<'listAddresses' | 'addAddress' | 'replaceAddress' | 'deleteAddress'> => ({
  listAddresses: unary(async (_, call) => ({
    items: (await use.listAddresses(userOf(call).id)).map(savedAddressMessage),
  })),
  addAddress: repeatable(answers)('AddAddress', AddAddressResponse, async ({ address }, call) => ({
    address: savedAddressMessage(await use.addAddress(userOf(call).id, addressFrom(address))),
  })),
  replaceAddress: repeatable(answers)(
    'ReplaceAddress',
    ReplaceAddressResponse,
    async ({ id, address }, call) => {
      const written = { id, address: addressFrom(address) }
      return { address: savedAddressMessage(await use.replaceAddress(userOf(call).id, written)) }
    },
  ),
  deleteAddress: repeatable(answers)(
    'DeleteAddress',
    DeleteAddressResponse,
    async ({ id }, call) => {
      await use.deleteAddress(userOf(call).id, id)
      return {}
    },
  ),
})

const desk = (
  use: UseCases,
  answers: AnswersAbout,
): Rpcs<'listUsers' | 'getUser' | 'setRoles'> => ({
  listUsers: unary(async ({ limit, cursor, email }) => {
    const { items, nextCursor } = await use.listUsers({ limit: limitOf(limit), cursor, email })
    return { items: items.map(userMessage), nextCursor }
  }),
  getUser: unary(async ({ id }) => ({ user: userMessage(await use.getUser(id)) })),
  setRoles: repeatable(answers)(
    'SetRoles',
    SetRolesResponse,
    async ({ id, roles, expectedRoles }, call) => {
      const wish = { id, roles, expected: expectedRoles, by: actingOf(call) }
      return { user: userMessage(await use.setRoles(actorOf(call), wish)) }
    },
    ({ id }) => (isId(id) ? id : undefined),
  ),
})

export const userRpc = (use: UseCases, answers: AnswersAbout): UserServiceServer => ({
  ...sessions(use),
  ...accountFlows(use, answers),
  ...own(use, answers),
  ...erasureRpc(use, answers),
  ...addresses(use, answers),
  ...desk(use, answers),
})
