import { isId } from '@micromart/kernel'
import { AddressNotFound } from '../model/errors.ts'
import type { Ports } from '../model/ports.ts'

type Deps = Pick<Ports, 'addresses'>

/** @throws AddressNotFound for another's too */
export const deleteAddress =
  ({ addresses }: Deps) =>
  async (callerId: string, id: string): Promise<void> => {
    const found = isId(id) && (await addresses.remove(callerId, id))
    if (!found) throw new AddressNotFound()
  }
