import { describe, expect, it } from '@jest/globals'
import { isOwnScope, roles, scopes, scopesOf } from './roles.ts'

describe('roles', () => {
  it('give the scopes of the design, each once and in the table order', () => {
    const granted = Object.fromEntries(roles.map((role) => [role, scopesOf([role])]))
    expect(granted).toEqual({
      customer: ['account', 'cart', 'orders'],
      support: ['orders:read', 'orders:refund', 'users:read'],
      merchandiser: ['catalog:write', 'stock:write'],
      operator: ['orders:read', 'ops'],
      admin: [...scopes],
    })
    expect(scopesOf(['support', 'operator'])).toEqual([
      'orders:read',
      'orders:refund',
      'users:read',
      'ops',
    ])
  })

  it("tell the customer's own things from the staff's", () => {
    expect(scopes.filter(isOwnScope)).toEqual(scopesOf(['customer']))
  })

  it('grant nothing when unknown', () => {
    expect(scopesOf(['root', '__proto__'])).toEqual([])
  })
})
