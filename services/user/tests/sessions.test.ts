import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { systemIds } from '@micromart/kernel'
import { decodeJwt } from 'jose'
import { days, minutes, startForTest } from './start-for-test.ts'

type Service = Awaited<ReturnType<typeof startForTest>>

let user: Service
beforeAll(async () => {
  user = await startForTest()
})
afterAll(() => user[Symbol.asyncDispose]())

const sessionOf = (accessToken: string | undefined) => String(decodeJwt(accessToken ?? '')['sid'])

describe('one’s sessions', () => {
  it('are listed with where and when, the last used first; the caller’s own is marked', async () => {
    const ann = await user.join()
    await user.join() // another's are not among them
    const began = user.clock.now()
    user.clock.forward(minutes(1))
    const device = { userAgent: 'Firefox on Linux', address: '192.0.2.0/24' }
    const { tokens } = await user.guest.login({ ...ann, device })

    const { items } = await ann.rpc.listSessions({})

    const now = user.clock.now()
    const second = { id: sessionOf(tokens?.accessToken), startedAt: now, lastUsedAt: now, device }
    const first = { id: sessionOf(ann.accessToken), startedAt: began, lastUsedAt: began }
    expect(items).toEqual([
      { ...second, clientScopes: [], current: false },
      { ...first, clientScopes: [], device: {}, current: true },
    ])
    user.clock.forward(minutes(1))
    await user.guest.refresh(ann)
    const after = await ann.rpc.listSessions({})
    expect(after.items.map(({ id }) => id)).toEqual([first.id, second.id])
    expect(after.items[0]?.lastUsedAt).toEqual(user.clock.now())
  })

  it('S22 one is ended by its owner: its refresh token dies at once, no other', async () => {
    const ann = await user.join()
    const { tokens } = await user.guest.login(ann)
    const id = sessionOf(tokens?.accessToken)

    expect(await ann.rpc.endSession({ id })).toEqual({})

    const ended = { refreshToken: tokens?.refreshToken ?? '' }
    await expect(user.guest.refresh(ended)).rejects.toMatchObject({ code: 'refresh_invalid' })
    expect((await ann.rpc.listSessions({})).items).toHaveLength(1)
    await user.guest.refresh(ann)
    const again = ann.rpc.endSession({ id })
    await expect(again).rejects.toMatchObject({ kind: 'not_found', code: 'session_not_found' })
  })

  it('is ended once by a request that is sent again with its key, with the same answer', async () => {
    const ann = await user.join()
    const { tokens } = await user.guest.login(ann)
    const id = sessionOf(tokens?.accessToken)
    const idempotency = { key: 'end it', scope: 's'.repeat(32), fingerprint: 'f'.repeat(32) }
    const repeated = user.rpc.as({ token: ann.accessToken, idempotency })
    for (const _ of [1, 2]) expect(await repeated.endSession({ id })).toEqual({})
  })

  it('S31 another’s, an unknown and a malformed id are not found, and nothing ends', async () => {
    const [ann, bob] = [await user.join(), await user.join()]
    const notFound = { kind: 'not_found', code: 'session_not_found' }
    for (const id of [sessionOf(bob.accessToken), systemIds.next(), 'ü', '']) {
      await expect(ann.rpc.endSession({ id })).rejects.toMatchObject(notFound)
    }
    await user.guest.refresh(bob)
  })

  it('are listed while they can be refreshed: not idle for 30 days, not past their last day', async () => {
    const ann = await user.join()
    const own = async () => {
      const { tokens } = await user.guest.login(ann)
      const rpc = user.rpc.as({ token: tokens?.accessToken ?? '' })
      return (await rpc.listSessions({})).items.map(({ id }) => id)
    }
    const first = sessionOf(ann.accessToken)
    user.clock.forward(days(30) - 1_000)
    expect(await own()).toContain(first)
    user.clock.forward(1_000)
    expect(await own()).not.toContain(first)
    // one from before uses were noted counts from its start
    await user.query('UPDATE session SET last_used_at = NULL WHERE account_id = ?', [ann.user.id])
    expect(await own()).toHaveLength(3)
  })
})
