import { createHash } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { DomainError, systemIds } from '@micromart/kernel'
import { eventually, readMetric } from '@micromart/testing'
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, importJWK, jwtVerify } from 'jose'
import { days, issuer, minutes, startForTest } from './start-for-test.ts'

type User = Awaited<ReturnType<typeof startForTest>>

const digestOf = (...ids: string[]) =>
  createHash('sha256')
    .update(
      ids
        .toSorted()
        .map((id) => `${id}\n`)
        .join(''),
    )
    .digest('hex')

const answer = (kind: string, done = true) => ({
  done,
  erased: [{ kind, count: 2n }],
  kept: ['amounts'],
  digest: digestOf(kind),
})

/** The other services, as they answer when they are asked for their parts. */
const custodians = ({ sidecar }: User, { order = () => answer('orders') } = {}) => {
  sidecar.answer('cart', 'ErasePerson', () => answer('carts'))
  sidecar.answer('order', 'ErasePerson', order)
}

const quick = { ERASURES_EVERY_MS: '20' }

/** An erasure is looked at again when its pause is over. */
const erased = async (user: User) => {
  const ann = await user.join()
  const receipt = await ann.rpc.eraseMe({})
  user.clock.forward(minutes(1))
  return { ann, receipt, read: () => user.guest.getErasure(receipt) }
}

describe('an erasure', () => {
  it('is done when every service has said so, and a signed receipt says what, when and by whom', async () => {
    await using user = await startForTest(quick)
    custodians(user)
    const { ann, receipt, read } = await erased(user)
    const told = await eventually(async () => {
      const found = await read()
      expect(found.completedAt).toBeDefined()
      return found
    })
    expect(told.parts.map(({ app }) => app).toSorted()).toEqual(['cart', 'order', 'user'])
    const key = JSON.parse(told.key ?? '') as Record<string, string>
    const { payload, protectedHeader } = await jwtVerify(
      told.receipt ?? '',
      await importJWK(key, 'ES256'),
      { currentDate: user.clock.now(), issuer },
    )
    expect(protectedHeader).toEqual({ alg: 'ES256', typ: 'erasure-receipt+jwt', kid: key['kid'] })
    expect(payload).toMatchObject({
      jti: receipt.receiptId,
      sub: createHash('sha256').update(ann.user.id).digest('hex'),
      parts: expect.arrayContaining([
        expect.objectContaining({ app: 'order', erased: { orders: 2 }, kept: ['amounts'] }),
        expect.objectContaining({
          app: 'user',
          erased: { accounts: 1, addresses: 0, sessions: 1, mails: 1 },
        }),
      ]),
    })
    expect(decodeProtectedHeader(ann.accessToken).kid).toBe(key['kid']) // the shop's own
    const { jwks } = await user.guest.getJwks({})
    await jwtVerify(told.receipt ?? '', createLocalJWKSet(JSON.parse(jwks)), {
      currentDate: user.clock.now(),
    })
    expect(JSON.stringify(decodeJwt(told.receipt ?? ''))).not.toMatch(/Ann|@|example\.com/)
  })

  it('S25 receipt is no access token', async () => {
    await using user = await startForTest(quick)
    custodians(user)
    const { read } = await erased(user)
    const { receipt } = await eventually(async () => {
      const found = await read()
      expect(found.receipt).toBeDefined()
      return found
    })
    await expect(user.rpc.as({ token: receipt ?? '' }).getMe({})).rejects.toMatchObject({
      code: 'token_invalid',
    })
  })

  it('goes on where a service was away, or had something under way, until all is done', async () => {
    await using user = await startForTest(quick)
    let asked = 0
    custodians(user, {
      order: () => {
        asked += 1
        if (asked === 1) throw new DomainError('unavailable', 'database_unavailable')
        return answer('orders', asked > 2)
      },
    })
    const { read } = await erased(user)
    await eventually(async () => expect(asked).toBe(1))
    expect(await read()).toMatchObject({ completedAt: undefined, receipt: undefined })
    expect(await readMetric(user.httpPort, 'micromart_erasures_open')).toBe(1)
    const age = await readMetric(user.httpPort, 'micromart_erasures_oldest_age_seconds')
    expect(age).toBeGreaterThanOrEqual(60)
    await eventually(async () => {
      user.clock.forward(minutes(10))
      expect((await read()).completedAt).toBeDefined()
    })
    expect(asked).toBe(3)
    const carts = user.sidecar.calls().filter((name) => name === 'cart.ErasePerson')
    expect(carts).toHaveLength(1) // who has done it is not asked again
  })

  it('is taken up by another process, and finished once', async () => {
    await using user = await startForTest({ ERASURES_EVERY_MS: '3600000' })
    custodians(user)
    const { read } = await erased(user)
    await using one = await user.replica(quick)
    await using two = await user.replica(quick)
    expect([one, two]).toHaveLength(2)
    const first = await eventually(async () => {
      const found = await read()
      expect(found.receipt).toBeDefined()
      return found
    })
    user.clock.forward(minutes(60))
    expect(await read()).toEqual(first)
  })

  it('is opened by its token alone', async () => {
    await using user = await startForTest()
    const [one, other] = [await erased(user), await erased(user)]
    const wrong = [
      { ...one.receipt, receiptToken: '' },
      { ...one.receipt, receiptToken: other.receipt.receiptToken },
      { ...one.receipt, receiptId: other.receipt.receiptId },
      { ...one.receipt, receiptId: systemIds.next() },
      { receiptId: 'x', receiptToken: 'x' },
    ]
    for (const request of wrong) {
      await expect(user.guest.getErasure(request)).rejects.toMatchObject({
        kind: 'not_found',
        code: 'receipt_not_found',
      })
    }
    const tables = JSON.stringify(await user.query('SELECT * FROM erasure'))
    expect(tables).not.toContain(one.receipt.receiptToken)
  })

  it('repeated by its idempotency key answers the same receipt, whose token no table holds', async () => {
    await using user = await startForTest()
    const ann = await user.join()
    const idempotency = { key: 'k-1', scope: 's'.repeat(64), fingerprint: 'f'.repeat(64) }
    const rpc = user.rpc.as({ token: ann.accessToken, idempotency })
    const first = await rpc.eraseMe({})
    expect(await rpc.eraseMe({})).toEqual(first)
    const kept = await user.query('SELECT HEX(answer) AS answer FROM idempotency_keys')
    const token = Buffer.from(first.receiptToken).toString('hex').toUpperCase()
    expect(JSON.stringify(kept)).not.toContain(token)
  })

  it('leaves guesses on its address counted, as a digest, and for minutes', async () => {
    await using user = await startForTest({ PRUNE_EVERY_MS: '20' })
    const ann = await user.join()
    const guess = user.guest.login({ email: ann.email, password: 'a wrong one' })
    await expect(guess).rejects.toMatchObject({ code: 'credentials_wrong' })
    await ann.rpc.eraseMe({})
    const digest = createHash('sha256').update(ann.email).digest('hex')
    const counted = () => user.query('SELECT digest FROM login_failure')
    expect(await counted()).toEqual([{ digest }])
    user.clock.forward(minutes(16))
    await eventually(async () => expect(await counted()).toEqual([]))
  })

  it('leaves its receipt for three years', async () => {
    await using user = await startForTest(quick)
    custodians(user)
    const { read } = await erased(user)
    await eventually(async () => expect((await read()).receipt).toBeDefined())
    user.clock.forward(days(3 * 365 - 1))
    await user.prune()
    expect((await read()).receipt).toBeDefined()
    user.clock.forward(days(5))
    await user.prune()
    await expect(read()).rejects.toMatchObject({ code: 'receipt_not_found' })
    expect(await user.query('SELECT * FROM erasure_part')).toEqual([])
  })
})
