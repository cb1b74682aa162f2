import { z } from 'zod'
import { countries } from './countries.ts'
import { id, line } from './texts.ts'

const fields = {
  name: line(200),
  line1: line(200),
  line2: line(200).optional(),
  city: line(100),
  region: line(100).optional(),
  postalCode: line(20),
  country: z.enum(countries).meta({ examples: ['DE'] }),
  phone: line(32).optional(),
}

/** An address as a shopper writes it. */
export const addressIn = z.strictObject(fields).meta({ id: 'AddressInput' })

/** An address in answers, such as an order's. */
export const address = z.object({ ...fields, country: z.string() }).meta({ id: 'Address' })

/** An address in the shopper's book. */
export const savedAddress = z
  .object({ id, ...fields, country: z.string() })
  .meta({ id: 'SavedAddress' })
