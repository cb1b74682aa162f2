import type { UserServiceService } from '@micromart/contracts/user'
import type { RpcClient } from '@micromart/dapr'
import type { Users } from '../model/ports.ts'

/** The user service, asked with the shopper's own token. */
export const usersRpc = (user: RpcClient<UserServiceService>): Users => ({
  checkoutDetails: (addressId) => user.getCheckoutDetails({ addressId }),
})
