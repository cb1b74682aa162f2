import { AddressInvalid } from './errors.ts'

/** A postal address as its owner wrote it. */
export type Address = {
  readonly name: string
  readonly line1: string
  readonly line2: string | undefined
  readonly city: string
  readonly region: string | undefined
  readonly postalCode: string
  /** ISO 3166-1 alpha-2, upper case. */
  readonly country: string
  readonly phone: string | undefined
}

export type SavedAddress = { readonly id: string; readonly address: Address }

/** How many addresses an account may keep. */
export const addressLimit = 50

const longest: Readonly<Record<keyof Address, number>> = {
  name: 200,
  line1: 200,
  line2: 200,
  city: 100,
  region: 100,
  postalCode: 20,
  country: 2,
  phone: 40,
}

const needed: readonly (keyof Address)[] = ['name', 'line1', 'city', 'postalCode', 'country']

const faultOf = (address: Address, field: keyof Address): string | undefined => {
  const text = address[field]?.trim() ?? ''
  if (text === '' && needed.includes(field)) return 'is needed'
  if ([...text].length > longest[field]) return `has at most ${String(longest[field])} characters`
  if (/\p{Cc}/u.test(text)) return 'holds control characters'
  if (field === 'country' && !/^[A-Z]{2}$/.test(text)) return 'is a country code of two letters'
  return undefined
}

const optional = (text: string | undefined): string | undefined => text?.trim() || undefined

/**
 * An address that can be kept: blanks around its fields gone, empty optional ones absent.
 * @throws AddressInvalid naming every wrong field
 */
export const addressOf = (written: Address): Address => {
  const address = { ...written, country: written.country.trim().toUpperCase() }
  const faults = (Object.keys(longest) as (keyof Address)[]).flatMap((field) => {
    const message = faultOf(address, field)
    return message === undefined ? [] : [{ field, message }]
  })
  if (faults.length > 0) throw new AddressInvalid(faults)
  return {
    name: address.name.trim(),
    line1: address.line1.trim(),
    line2: optional(address.line2),
    city: address.city.trim(),
    region: optional(address.region),
    postalCode: address.postalCode.trim(),
    country: address.country,
    phone: optional(address.phone),
  }
}
