import { type Address, addressOf, type SavedAddress } from '../model/address.ts'
import type { Ports } from '../model/ports.ts'

type Deps = Pick<Ports, 'addresses' | 'clock' | 'ids'>

/** @throws AddressInvalid, AddressLimit, AccountGone */
export const addAddress =
  ({ addresses, clock, ids }: Deps) =>
  async (callerId: string, written: Address): Promise<SavedAddress> => {
    const saved = { id: ids.next(), address: addressOf(written) }
    await addresses.add(callerId, saved, clock.now())
    return saved
  }
