import { describe, expect, it } from '@jest/globals'
import { type Address, addressOf } from './address.ts'
import { AddressInvalid } from './errors.ts'

const written = (of: Partial<Address> = {}): Address => ({
  name: 'Ann Member',
  line1: '1 High Street',
  line2: undefined,
  city: 'Vienna',
  region: undefined,
  postalCode: '1010',
  country: 'AT',
  phone: undefined,
  ...of,
})

describe('an address', () => {
  it('is kept without blanks around its fields and without empty ones', () => {
    const address = addressOf(written({ name: ' Ann Member ', line2: '  ', country: ' at ' }))
    expect(address).toEqual(written())
  })

  it('names every wrong field', () => {
    const wrong = written({ name: '', city: 'a\u0007', country: 'AUT', line2: 'x'.repeat(201) })
    const check = () => addressOf(wrong)
    expect(check).toThrow(AddressInvalid)
    const paths = ['/name', '/line2', '/city', '/country']
    const fields = paths.map((path): unknown => expect.objectContaining({ path }))
    expect(check).toThrow(expect.objectContaining({ fields }))
  })
})
