import { describe, expect, it } from '@jest/globals'
import { apps } from '@micromart/contracts'
import { calls } from '@micromart/contracts/rights'
import { configurationOf } from './configuration.mjs'

const place = { namespace: 'micromart-blue', trustDomain: 'shop' }

describe('the Configuration of an app', () => {
  it('lets its callers do what their rights name, where they live, and denies the rest', () => {
    const { accessControl } = configurationOf(apps.cart, place).spec
    expect(accessControl).toMatchObject({ defaultAction: 'deny', trustDomain: 'shop' })
    expect(accessControl.policies).toEqual(
      [apps.gateway, apps.user, apps.order].map((appId) => ({
        appId,
        ...place,
        defaultAction: 'deny',
        operations: calls[appId][apps.cart].map((name) => ({ name, action: 'allow' })),
      })),
    )
  })

  it('has no list of callers where there are none: an empty one would let everybody in', () => {
    for (const app of [apps.gateway, apps.provider]) {
      expect(configurationOf(app).spec.accessControl).toEqual({
        defaultAction: 'deny',
        trustDomain: 'public',
      })
    }
  })

  it('takes along what else a place wants to say', () => {
    const nameResolution = { component: 'nameformat', version: 'v1' }
    const { spec, metadata } = configurationOf(apps.product, { spec: { nameResolution } })
    expect([metadata.name, spec.nameResolution]).toEqual([apps.product, nameResolution])
    expect(spec.secrets.scopes).toEqual([
      {
        storeName: 'secrets',
        defaultAccess: 'deny',
        allowedSecrets: ['mysql-product'],
      },
    ])
  })
})
