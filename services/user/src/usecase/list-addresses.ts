import type { SavedAddress } from '../model/address.ts'
import type { Ports } from '../model/ports.ts'

type Deps = Pick<Ports, 'addresses'>

/** Oldest first. */
export const listAddresses =
  ({ addresses }: Deps) =>
  (callerId: string): Promise<readonly SavedAddress[]> =>
    addresses.of(callerId)
