import type { Device } from '@micromart/contracts/user'
import type { Input } from '../http/route.ts'
import { coarseAddress } from '../limits/address.ts'

/** Where a request comes from, as a session's owner is shown it: the whole address never leaves the gateway. */
export const deviceOf = ({
  header,
  address,
}: Pick<Input<unknown, unknown, unknown>, 'header' | 'address'>): Device => ({
  userAgent: header('User-Agent')?.slice(0, 500),
  address: coarseAddress(address),
})
