import { holdsCardNumber, isId } from '@micromart/kernel'
import { z } from 'zod'

const control = /\p{Cc}/u
const controlButLines = /[^\P{Cc}\n\r\t]/u

/** One line of text without control characters. The rule is no `pattern`: generated clients make plain texts. */
export const line = (max: number, min = 1) =>
  z
    .string()
    .min(min)
    .max(max)
    .refine((text) => !control.test(text), 'must not hold control characters')
    .refine((text) => min === 0 || text.trim() !== '', 'must not be blank')

/** A line of a person's own words. Some type a card number where none belongs: it never comes in (S63). */
export const ownWords = (max: number) =>
  line(max).refine((text) => !holdsCardNumber(text), 'must not hold a card number')

/** Text of several lines. */
export const prose = (max: number) =>
  z
    .string()
    .max(max)
    .refine((text) => !controlButLines.test(text), 'must not hold control characters')

// Linear: each part excludes the character that ends it.
const mailbox =
  /^[^\s@"<>()[\]\\,;:]{1,64}@[^\s@"<>()[\]\\,;:.]{1,63}(?:\.[^\s@"<>()[\]\\,;:.]{1,63}){0,9}$/u

export const email = z
  .string()
  .min(3)
  .max(254)
  .refine((text) => mailbox.test(text) && !control.test(text), 'must be an e-mail address')
  .meta({ format: 'email', examples: ['ada@example.com'] })

/** Any characters count, unmodified; its strength is the user service's to judge. */
export const password = z.string().min(1).max(256)

export const id = z
  .string()
  .refine(isId, 'must be a UUID')
  .meta({ format: 'uuid', examples: ['019a1f60-7d2c-7b3a-9c41-3f1d2a6b8c90'] })

export const time = z.string().meta({ format: 'date-time', examples: ['2026-01-31T12:00:00.000Z'] })

/** Minor units, as every price and amount that a client may send. */
const minorUnits = z.int().min(0).max(1_000_000_000)

const currency = z
  .string()
  .length(3)
  .refine((text) => /^[A-Z]{3}$/.test(text), 'must be three capital letters (ISO 4217)')
  .meta({ examples: ['EUR'] })

/** An amount that a client sends. */
export const moneyIn = z.strictObject({ amount: minorUnits, currency })

/** An amount as answers hold it, in minor units; sums may exceed what one price may be. */
export const money = z.object({ amount: z.int(), currency }).meta({ id: 'Money' })

/** As long as the product service keeps them. */
export const sku = line(100)

export const quantity = z.int().min(1).max(99)

const handleRule = /^[\p{L}\p{N}][\p{L}\p{N}_-]*$/u

/** Names a product or a category in a URL. */
export const handle = z
  .string()
  .min(1)
  .max(255)
  .refine((text) => handleRule.test(text), 'must hold letters, digits, hyphens and underscores')
  .meta({ examples: ['olive-oil'] })
