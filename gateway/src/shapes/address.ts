import { z } from 'zod'
import { countries } from './countries.ts'
import { id, line, ownWords } from './texts.ts'

const fields = {
  name: ownWords(200),
  line1: ownWords(200),
  line2: ownWords(200).optional(),
  city: ownWords(100),
  region: ownWords(100).optional(),
  postalCode: ownWords(20),
  country: z.enum(countries).meta({ examples: ['DE'] }),
  phone: line(32).optional(), // one of ten long numbers would read as a card's
}

/** An address as a shopper writes it. */
export const addressIn = z.strictObject(fields).meta({ id: 'AddressInput' })

const text = z.string()

/** An address in answers, such as an order's. Its texts have no least length: those of an erased account are empty. */
const answered = {
  name: text,
  line1: text,
  line2: text.optional(),
  city: text,
  region: text.optional(),
  postalCode: text,
  country: text,
  phone: text.optional(),
}

export const address = z.object(answered).meta({ id: 'Address' })

/** An address in the shopper's book. */
export const savedAddress = z.object({ id, ...answered }).meta({ id: 'SavedAddress' })
