import { createHash } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { AddAddressResponse, UpdateMeResponse } from '@micromart/contracts/user'
import { systemIds } from '@micromart/kernel'
import type { TestCaller } from '@micromart/testing'
import { minutes, startForTest } from './start-for-test.ts'

const digest = (text: string) => createHash('sha256').update(text).digest('hex')

const address = {
  name: 'Ann Member',
  line1: 'Main Street 1',
  city: 'Town',
  postalCode: '12345',
  country: 'DE',
}

type User = Awaited<ReturnType<typeof startForTest>>

/** A caller with an idempotency key; `body` stands for what the fingerprint is made of. */
const keyedBy = (
  { rpc }: Pick<User, 'rpc'>,
  { accessToken }: { accessToken: string },
  key = systemIds.next(),
  body = 'body',
) => {
  const idempotency = { key, scope: digest('principal route'), fingerprint: digest(body) }
  const caller: TestCaller = { token: accessToken, idempotency }
  return { caller, rpc: rpc.as(caller) }
}

describe('a repeated write of an account', () => {
  it('adds an address once, and answers byte for byte as the first time', async () => {
    await using user = await startForTest()
    const ann = await user.join()
    const { rpc, caller } = keyedBy(user, ann)
    const first = await rpc.addAddress({ address })
    expect(caller.replayed).toBe(false)
    const second = await rpc.addAddress({ address })
    expect(caller.replayed).toBe(true)
    const bytes = (answer: AddAddressResponse) => AddAddressResponse.encode(answer).finish()
    expect(bytes(second)).toEqual(bytes(first))
    expect((await ann.rpc.listAddresses({})).items).toEqual([first.address])
  })

  it('with another body is refused', async () => {
    await using user = await startForTest()
    const ann = await user.join()
    const key = systemIds.next()
    await keyedBy(user, ann, key, 'one').rpc.updateMe({ name: 'One' })
    await expect(
      keyedBy(user, ann, key, 'two').rpc.updateMe({ name: 'Two' }),
    ).rejects.toMatchObject({ kind: 'precondition', code: 'idempotency_mismatch' })
    expect((await ann.rpc.getMe({})).user?.name).toBe('One')
  })

  it('by another caller under the same key is his own', async () => {
    await using user = await startForTest()
    const [ann, bob] = [await user.join(), await user.join()]
    const key = systemIds.next()
    await keyedBy(user, ann, key).rpc.addAddress({ address })
    const { rpc, caller } = keyedBy(user, bob, key)
    await rpc.addAddress({ address })
    expect(caller.replayed).toBe(false)
    expect((await bob.rpc.listAddresses({})).items).toHaveLength(1)
  })

  it('at the same time happens once', async () => {
    await using user = await startForTest()
    const ann = await user.join()
    const key = systemIds.next()
    const answers = await Promise.allSettled(
      Array.from({ length: 8 }, () => keyedBy(user, ann, key).rpc.addAddress({ address })),
    )
    for (const answer of answers) {
      if (answer.status === 'rejected') {
        expect(answer.reason).toMatchObject({ code: 'idempotency_in_progress' })
      }
    }
    expect((await ann.rpc.listAddresses({})).items).toHaveLength(1)
  })

  it('that the state forbade stays forbidden; one that found nothing has bound nothing', async () => {
    await using user = await startForTest()
    const ann = await user.join()
    for (let count = 0; count < 50; count += 1) await ann.rpc.addAddress({ address })
    const { rpc, caller } = keyedBy(user, ann)
    const full = { kind: 'precondition', code: 'address_limit', params: { limit: '50' } }
    await expect(rpc.addAddress({ address })).rejects.toMatchObject(full)
    const [one] = (await ann.rpc.listAddresses({})).items
    await ann.rpc.deleteAddress({ id: one?.id ?? '' })
    await expect(rpc.addAddress({ address })).rejects.toMatchObject(full)
    expect(caller.replayed).toBe(true)

    const again = keyedBy(user, ann)
    await expect(again.rpc.deleteAddress({ id: systemIds.next() })).rejects.toMatchObject({
      code: 'address_not_found',
    })
    const [two] = (await ann.rpc.listAddresses({})).items
    await again.rpc.deleteAddress({ id: two?.id ?? '' })
    await again.rpc.deleteAddress({ id: two?.id ?? '' })
    expect(again.caller.replayed).toBe(true)
  })

  it('replaces an address and a name once', async () => {
    await using user = await startForTest()
    const ann = await user.join()
    const id = (await ann.rpc.addAddress({ address })).address?.id ?? ''
    const replace = keyedBy(user, ann)
    const moved = { id, address: { ...address, city: 'Other' } }
    const first = await replace.rpc.replaceAddress(moved)
    await ann.rpc.replaceAddress({ id, address })
    expect(await replace.rpc.replaceAddress(moved)).toEqual(first)
    expect((await ann.rpc.listAddresses({})).items).toEqual([{ id, address }])
    const rename = keyedBy(user, ann)
    const renamed = await rename.rpc.updateMe({ name: 'Ann Other' })
    await ann.rpc.updateMe({ name: 'Third' })
    const second = await rename.rpc.updateMe({ name: 'Ann Other' })
    expect(UpdateMeResponse.encode(second).finish()).toEqual(
      UpdateMeResponse.encode(renamed).finish(),
    )
    expect((await ann.rpc.getMe({})).user?.name).toBe('Third')
  })

  it('sets roles once, and tells one of two the same as the other', async () => {
    await using user = await startForTest()
    const [admin, ann] = [await user.hire('admin'), await user.join()]
    const { rpc, caller } = keyedBy(user, admin)
    const change = { id: ann.user.id, roles: ['support'], expectedRoles: ['customer'] }
    const first = await rpc.setRoles(change)
    expect(await rpc.setRoles(change)).toEqual(first)
    expect(caller.replayed).toBe(true)
    const nobody = { ...change, id: 'ü' }
    await expect(keyedBy(user, admin).rpc.setRoles(nobody)).rejects.toMatchObject({
      code: 'user_not_found',
    })
  })

  it('whose answer could not be kept has not happened, and is done as if for the first time', async () => {
    await using user = await startForTest()
    const ann = await user.join()
    const key = systemIds.next()
    await user.query('ALTER TABLE idempotency_keys ADD CONSTRAINT broken CHECK (outcome IS NULL)')
    await expect(keyedBy(user, ann, key).rpc.addAddress({ address })).rejects.toMatchObject({
      kind: 'internal',
    })
    expect(await user.query('SELECT id FROM idempotency_keys')).toEqual([])
    expect((await ann.rpc.listAddresses({})).items).toEqual([])
    await user.query('ALTER TABLE idempotency_keys DROP CONSTRAINT broken')
    const { rpc, caller } = keyedBy(user, ann, key)
    await rpc.addAddress({ address })
    expect(caller.replayed).toBe(false)
    expect((await ann.rpc.listAddresses({})).items).toHaveLength(1)
  })
})

describe('answers that are kept', () => {
  it('go with the account that they are about, whoever asked; the erasure itself is repeatable', async () => {
    await using user = await startForTest()
    const [admin, ann, bob] = [await user.hire('admin'), await user.join(), await user.join()]
    await keyedBy(user, ann).rpc.addAddress({ address })
    await keyedBy(user, ann).rpc.updateMe({ name: 'Ann Secret' })
    const roles = { id: ann.user.id, roles: ['support'], expectedRoles: ['customer'] }
    await keyedBy(user, admin).rpc.setRoles(roles)
    await keyedBy(user, bob).rpc.addAddress({ address })

    const erase = keyedBy(user, ann)
    await erase.rpc.eraseMe({})
    await erase.rpc.eraseMe({})
    expect(erase.caller.replayed).toBe(true)

    const kept = await user.query('SELECT handler, answer FROM idempotency_keys ORDER BY handler')
    expect(kept.map(({ handler }) => String(handler))).toEqual(['AddAddress', 'EraseMe'])
    expect(await user.query('SELECT account_id AS id FROM kept_answer')).toEqual([
      { id: bob.user.id },
    ])
  })

  it('do not survive an erasure at the same time', async () => {
    await using user = await startForTest()
    for (let round = 0; round < 5; round += 1) {
      const ann = await user.join()
      const writes = [
        () => keyedBy(user, ann).rpc.addAddress({ address }),
        () => keyedBy(user, ann).rpc.updateMe({ name: 'Ann Secret' }),
        () => ann.rpc.eraseMe({}),
        () => keyedBy(user, ann).rpc.addAddress({ address }),
        () => keyedBy(user, ann).rpc.updateMe({ name: 'Ann Other' }),
      ]
      const answers = await Promise.allSettled(writes.map((write) => write()))
      for (const answer of answers) {
        if (answer.status === 'rejected') {
          expect(answer.reason).toMatchObject({ code: 'token_invalid' })
        }
      }
      expect(await user.query('SELECT id FROM idempotency_keys')).toEqual([])
      expect(await user.query('SELECT id FROM address')).toEqual([])
    }
  }, 30_000)

  it('are forgotten after 48 hours, with the note whom they are about', async () => {
    await using user = await startForTest()
    const ann = await user.join()
    await keyedBy(user, ann).rpc.addAddress({ address })
    user.clock.forward(minutes(48 * 60 - 1))
    await user.prune()
    expect(await user.query('SELECT id FROM idempotency_keys')).toHaveLength(1)
    user.clock.forward(minutes(2))
    await user.prune()
    expect(await user.query('SELECT id FROM idempotency_keys')).toEqual([])
    expect(await user.query('SELECT key_id FROM kept_answer')).toEqual([])
  })
})
