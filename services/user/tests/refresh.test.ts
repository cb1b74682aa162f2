import { describe, expect, it } from '@jest/globals'
import { eventually } from '@micromart/testing'
import * as fc from 'fast-check'
import { decodeJwt } from 'jose'
import { days, startForTest, type UserRpc } from './start-for-test.ts'

const invalid = { kind: 'unauthenticated', code: 'refresh_invalid' }

const refreshed = async (rpc: UserRpc, refreshToken: string): Promise<string> => {
  const { tokens } = await rpc.refresh({ refreshToken })
  if (!tokens) throw new Error('refresh answered nothing')
  return tokens.refreshToken
}

describe('refreshing', () => {
  it('S15 gives new tokens, which serve, and takes the old one', async () => {
    await using user = await startForTest()
    const ann = await user.join()

    const { tokens } = await user.guest.refresh({ refreshToken: ann.refreshToken })

    expect(tokens).toEqual({
      accessToken: expect.any(String),
      refreshToken: expect.stringMatching(/^[\w-]{43}$/),
      expiresIn: 300,
    })
    expect(tokens?.refreshToken).not.toBe(ann.refreshToken)
    expect(await user.rpc.as({ token: tokens?.accessToken ?? '' }).getMe({})).toEqual({
      user: ann.user,
    })
    await refreshed(user.guest, tokens?.refreshToken ?? '')
  })

  it('S15 reuse of a refresh token revokes its family, and no other', async () => {
    await using user = await startForTest()
    const ann = await user.join()
    const elsewhere = await user.guest.login(ann)
    const newest = await refreshed(user.guest, ann.refreshToken)

    await expect(user.guest.refresh(ann)).rejects.toMatchObject(invalid)

    await expect(user.guest.refresh({ refreshToken: newest })).rejects.toMatchObject(invalid)
    await refreshed(user.guest, elsewhere.tokens?.refreshToken ?? '')
  })

  it('S15 S64 of parallel uses of one token at most one gives tokens, and no family outlives them', async () => {
    await using user = await startForTest()
    const ann = await user.join()

    const answers = await Promise.allSettled(
      Array.from({ length: 50 }, () => refreshed(user.guest, ann.refreshToken)),
    )

    const given = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
    expect(given).toHaveLength(1)
    const next = refreshed(user.guest, given[0] ?? '')
    await expect(next).rejects.toMatchObject(invalid) // 49 of them were reuse
  })

  it('S15 at most one token of a family serves, in whatever order they are used', async () => {
    await using user = await startForTest()
    const uses = fc.array(fc.nat(4), { minLength: 1, maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(uses, async (choices) => {
        const ann = await user.join()
        const tokens = [ann.refreshToken]
        let alive = true
        for (const choice of choices) {
          const index = choice % tokens.length
          const isNewest = index === tokens.length - 1
          const use = refreshed(user.guest, tokens[index] ?? '')
          if (alive && isNewest) tokens.push(await use)
          else {
            await expect(use).rejects.toMatchObject(invalid)
            alive = false
          }
        }
      }),
      { numRuns: 15 },
    )
  })

  it('S15 a session idle for 30 days ends; one in use lives 90 days and no longer', async () => {
    await using user = await startForTest()
    const [idle, busy] = [await user.join(), await user.join()]
    let token = busy.refreshToken
    for (const _ of [1, 2, 3]) {
      user.clock.forward(days(29))
      token = await refreshed(user.guest, token)
    }
    await expect(user.guest.refresh(idle)).rejects.toMatchObject(invalid)
    user.clock.forward(days(2.9))
    token = await refreshed(user.guest, token)
    user.clock.forward(days(0.1))
    await expect(user.guest.refresh({ refreshToken: token })).rejects.toMatchObject(invalid)
  })

  it('S15 finds reuse long after the token itself has expired', async () => {
    await using user = await startForTest()
    const ann = await user.join()
    user.clock.forward(days(20))
    const second = await refreshed(user.guest, ann.refreshToken)
    user.clock.forward(days(20))
    await expect(user.guest.refresh(ann)).rejects.toMatchObject(invalid)
    await expect(user.guest.refresh({ refreshToken: second })).rejects.toMatchObject(invalid)
  })

  it.each(['', 'never-given', 'x'.repeat(10_000), "' OR 1=1 --"])(
    'refuses what it never gave out: %#',
    async (refreshToken) => {
      await using user = await startForTest()
      await expect(user.guest.refresh({ refreshToken })).rejects.toMatchObject(invalid)
      expect(await user.guest.logout({ refreshToken })).toEqual({})
    },
  )

  it('stores tokens as SHA-256 only, and deletes sessions after their last day', async () => {
    await using user = await startForTest({ PRUNE_EVERY_MS: '20' })
    const ann = await user.join()
    const rows = JSON.stringify(await user.query('SELECT * FROM refresh_token'))
    expect(rows).not.toContain(ann.refreshToken)
    user.clock.forward(days(90))
    await eventually(async () =>
      expect(await user.query('SELECT digest FROM refresh_token')).toEqual([]),
    )
  })
})

it('a session keeps where it was used from last, and when; its tokens name it', async () => {
  await using user = await startForTest()
  const ann = await user.join()
  const stored = async () => {
    const [row] = await user.query(
      `SELECT id, client_id AS client, user_agent AS agent, address, last_used_at AS last
       FROM session WHERE started_at <> ?`,
      [began],
    )
    return row
  }
  const began = user.clock.now()
  user.clock.forward(days(1))
  const device = { userAgent: 'Firefox', address: '192.0.2.0/24' }
  const { tokens } = await user.guest.login({ ...ann, device })
  const first = { client: null, agent: 'Firefox', address: '192.0.2.0/24' }
  const id = decodeJwt(tokens?.accessToken ?? '')['sid']
  expect(await stored()).toEqual({ ...first, id, last: user.clock.now() })

  user.clock.forward(days(1))
  const moved = { refreshToken: tokens?.refreshToken ?? '', device: { address: '198.51.100.0/24' } }
  const next = await user.guest.refresh(moved)
  expect(await stored()).toEqual({
    ...first,
    id,
    address: moved.device.address,
    last: user.clock.now(),
  })
  expect(decodeJwt(next.tokens?.accessToken ?? '')['sid']).toBe(id)
})

describe('logging out', () => {
  it('S22 ends the session at once, also by an older token of it, and may be repeated', async () => {
    await using user = await startForTest()
    const ann = await user.join()
    const newest = await refreshed(user.guest, ann.refreshToken)
    for (const _ of [1, 2]) expect(await user.guest.logout(ann)).toEqual({})
    await expect(user.guest.refresh({ refreshToken: newest })).rejects.toMatchObject(invalid)
  })
})

it('ended sessions and forgotten failures are deleted, those that count are not', async () => {
  await using user = await startForTest()
  const ann = await user.join()
  const wrong = { email: ann.email, password: 'not this one' }
  await expect(user.guest.login(wrong)).rejects.toMatchObject({ code: 'credentials_wrong' })
  const left = async () => [
    (await user.query('SELECT id FROM session')).length,
    (await user.query('SELECT digest FROM refresh_token')).length,
    (await user.query('SELECT digest FROM login_failure')).length,
  ]
  await user.prune()
  expect(await left()).toEqual([1, 1, 1])
  user.clock.forward(days(90))
  await user.prune()
  expect(await left()).toEqual([0, 0, 0])
})
