import { describe, expect, it } from '@jest/globals'
import { systemIds } from '@micromart/kernel'
import { startForTest } from './start-for-test.ts'

const anAddress = (of: object = {}) => ({
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

const notFound = { kind: 'not_found', code: 'address_not_found' }

describe('saved addresses', () => {
  it('are added, listed in that order, replaced and removed', async () => {
    await using user = await startForTest()
    const { rpc } = await user.join()
    const full = anAddress({ line2: 'Door 3', region: 'Vienna', phone: '+43 1 234', country: 'at' })

    const { address: one } = await rpc.addAddress({ address: full })
    const { address: two } = await rpc.addAddress({ address: anAddress() })

    expect(one).toEqual({ id: expect.any(String), address: { ...full, country: 'AT' } })
    expect(await rpc.listAddresses({})).toEqual({ items: [one, two] })
    const id = one?.id ?? ''
    const replaced = { id, address: anAddress({ city: 'Graz' }) }
    expect(await rpc.replaceAddress(replaced)).toEqual({ address: replaced })
    expect(await rpc.replaceAddress(replaced)).toEqual({ address: replaced })
    expect(await rpc.listAddresses({})).toEqual({ items: [replaced, two] })
    await rpc.deleteAddress({ id })
    await expect(rpc.deleteAddress({ id })).rejects.toMatchObject(notFound)
    expect(await rpc.listAddresses({})).toEqual({ items: [two] })
  })

  it('S31 another’s is answered as an unknown one, and stays as it is', async () => {
    await using user = await startForTest()
    const [ann, bob] = [await user.join(), await user.join()]
    const { address: saved } = await ann.rpc.addAddress({ address: anAddress() })
    const address = anAddress({ city: 'Elsewhere' })

    for (const id of [saved?.id ?? '', systemIds.next(), 'no-id', 'ü', '', 'x'.repeat(5_000)]) {
      await expect(bob.rpc.replaceAddress({ id, address })).rejects.toMatchObject(notFound)
      await expect(bob.rpc.deleteAddress({ id })).rejects.toMatchObject(notFound)
      const details = bob.rpc.getCheckoutDetails({ addressId: id })
      await expect(details).rejects.toMatchObject(notFound)
    }

    expect(await bob.rpc.listAddresses({})).toEqual({ items: [] })
    expect(await ann.rpc.listAddresses({})).toEqual({ items: [saved] })
  })

  it('name every wrong field', async () => {
    await using user = await startForTest()
    const { rpc } = await user.join()
    const wrong = anAddress({ city: ' ', country: 'Austria' })
    await expect(rpc.addAddress({ address: wrong })).rejects.toMatchObject({
      kind: 'invalid',
      code: 'address_invalid',
      fields: [{ path: '/city' }, { path: '/country' }],
    })
    await expect(rpc.addAddress({ address: undefined })).rejects.toMatchObject({
      code: 'address_invalid',
    })
  })

  it('are 50 at most, also when the last ones come at once', async () => {
    await using user = await startForTest()
    const { rpc, user: ann } = await user.join()
    const rest = [ann.id, 'Ann', '1 High Street', 'Vienna', '1010', 'AT', new Date()]
    const values = Array.from({ length: 48 }, () => [systemIds.next(), ...rest])
    await user.query(
      'INSERT INTO address (id, account_id, name, line1, city, postal_code, country, created_at) VALUES ?',
      [values],
    )
    const added = await Promise.allSettled(
      Array.from({ length: 6 }, () => rpc.addAddress({ address: anAddress() })),
    )
    const refused = added.filter(({ status }) => status === 'rejected')
    expect(refused).toHaveLength(4)
    for (const answer of refused) {
      expect(answer).toMatchObject({
        reason: { kind: 'precondition', code: 'address_limit', params: { limit: '50' } },
      })
    }
    expect((await rpc.listAddresses({})).items).toHaveLength(50)
  })
})

describe('the details of a checkout', () => {
  it('are the e-mail, and the saved address that is named', async () => {
    await using user = await startForTest()
    const { rpc, email } = await user.join()
    const { address: saved } = await rpc.addAddress({ address: anAddress() })
    expect(await rpc.getCheckoutDetails({ addressId: saved?.id })).toEqual({
      email,
      address: anAddress(),
    })
    expect(await rpc.getCheckoutDetails({})).toEqual({ email, address: undefined })
  })
})
