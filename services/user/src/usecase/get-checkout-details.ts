import { isId } from '@micromart/kernel'
import type { Address } from '../model/address.ts'
import { AddressNotFound } from '../model/errors.ts'
import type { Ports } from '../model/ports.ts'
import { getMe } from './get-me.ts'

type Deps = Pick<Ports, 'accounts' | 'addresses'>

export type CheckoutDetails = { readonly email: string; readonly address: Address | undefined }

/**
 * What a checkout needs of its shopper.
 * @param addressId a saved address of his, when he names one
 * @throws AddressNotFound for another's too, AccountGone
 */
export const getCheckoutDetails =
  (deps: Deps) =>
  async (callerId: string, addressId: string | undefined): Promise<CheckoutDetails> => {
    const { email } = await getMe(deps)(callerId)
    if (addressId === undefined) return { email, address: undefined }
    const saved = isId(addressId) ? await deps.addresses.one(callerId, addressId) : undefined
    if (!saved) throw new AddressNotFound()
    return { email, address: saved.address }
  }
