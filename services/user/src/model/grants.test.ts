import { describe, expect, it } from '@jest/globals'
import { type Role, roles, scopesOf } from '@micromart/kernel'
import { grantsOf } from './grants.ts'

const staff = roles.filter((role) => role !== 'customer').map((role): [Role] => [role])

describe('what a token says', () => {
  it.each(staff)(
    'of %s without a second factor is what enrolling takes, where one is required',
    (role) => {
      const account = { roles: ['customer', role] as const, secondFactor: false }
      expect(grantsOf(account, 'required')).toEqual({ roles: [], scopes: ['account'] })
      const all = { roles: account.roles, scopes: scopesOf(account.roles) }
      expect(grantsOf(account, 'optional')).toEqual(all)
      expect(grantsOf({ ...account, secondFactor: true }, 'required')).toEqual(all)
    },
  )

  it('of a customer is all that customers may', () => {
    const customer = { roles: ['customer'] as const, secondFactor: false }
    const all = { roles: ['customer'], scopes: ['account', 'cart', 'orders'] }
    expect(grantsOf(customer, 'required')).toEqual(all)
    expect(grantsOf({ roles: [], secondFactor: false }, 'required').scopes).toEqual([])
  })
})
