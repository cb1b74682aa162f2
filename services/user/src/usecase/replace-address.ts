import { isId } from '@micromart/kernel'
import { addressOf, type SavedAddress } from '../model/address.ts'
import { AddressNotFound } from '../model/errors.ts'
import type { Ports } from '../model/ports.ts'

type Deps = Pick<Ports, 'addresses'>

/** @throws AddressInvalid, AddressNotFound for another's too */
export const replaceAddress =
  ({ addresses }: Deps) =>
  async (callerId: string, written: SavedAddress): Promise<SavedAddress> => {
    const saved = { id: written.id, address: addressOf(written.address) }
    const found = isId(saved.id) && (await addresses.replace(callerId, saved.id, saved.address))
    if (!found) throw new AddressNotFound()
    return saved
  }
