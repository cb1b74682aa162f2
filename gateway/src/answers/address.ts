import type { Address } from '@micromart/contracts/types'
import type { SavedAddress } from '@micromart/contracts/user'
import type { z } from 'zod'
import type { addressIn } from '../shapes/address.ts'
import { present } from './money.ts'

/** Absent parts are left out, as they were when the shopper wrote it. */
export const addressAnswer = (message: Address | undefined) => {
  const { name, line1, line2, city, region, postalCode, country, phone } = present(message)
  return {
    name,
    line1,
    ...(line2 !== undefined && { line2 }),
    city,
    ...(region !== undefined && { region }),
    postalCode,
    country,
    ...(phone !== undefined && { phone }),
  }
}

export const savedAddressAnswer = ({ id, address }: SavedAddress) => ({
  id,
  ...addressAnswer(address),
})

/** An address that a client sent, for the wire. */
export const addressMessage = (sent: z.output<typeof addressIn>): Address => ({
  name: sent.name,
  line1: sent.line1,
  line2: sent.line2,
  city: sent.city,
  region: sent.region,
  postalCode: sent.postalCode,
  country: sent.country,
  phone: sent.phone,
})
