import { describe, expect, it } from '@jest/globals'
import { aPassword, minutes, startForTest } from './start-for-test.ts'

const customer = ['customer']
const customerAdmin = ['customer', 'admin']
const expired = { kind: 'unauthenticated', code: 'token_expired' }
const noRefresh = { kind: 'unauthenticated', code: 'refresh_invalid' }

type Started = Awaited<ReturnType<typeof startForTest>>
type Member = Awaited<ReturnType<Started['join']>>

/** The ways in which access is taken away, or given up. */
const endings: readonly [string, (user: Started, support: Member) => Promise<unknown>][] = [
  [
    'a role that was taken away',
    async ({ hire }, { user: { id } }) => {
      const { rpc } = await hire('admin')
      await rpc.setRoles({ id, roles: customer, expectedRoles: ['support', 'customer'] })
    },
  ],
  ['a logout', ({ guest }, { refreshToken }) => guest.logout({ refreshToken })],
  [
    'a change of password from elsewhere',
    async ({ guest, rpc }, { email, password }) => {
      const { tokens } = await guest.login({ email, password })
      const wish = { currentPassword: password, newPassword: aPassword() }
      await rpc.as({ token: tokens?.accessToken ?? '' }).changePassword(wish)
    },
  ],
  ['an erasure', (_, { rpc }) => rpc.eraseMe({})],
]

it.each(endings)(
  'S22 after %s no token is given out, and the last one ends within five minutes',
  async (_what, end) => {
    await using user = await startForTest()
    const support = await user.hire('support')
    const read = () => support.rpc.listUsers({ limit: 1 })

    await end(user, support)

    await expect(user.guest.refresh(support)).rejects.toMatchObject(noRefresh)
    user.clock.forward(minutes(5) - 1_000)
    await read() // tokens are verified without a question to anybody
    user.clock.forward(1_000)
    await expect(read()).rejects.toMatchObject(expired)
  },
)

describe('the last administrator', () => {
  const admins = (user: Started) =>
    user.query("SELECT account_id FROM account_role WHERE role = 'admin'")

  it('S34 S64 stays, also when one erases himself while he demotes the other', async () => {
    await using user = await startForTest()
    for (let round = 0; round < 5; round += 1) {
      await user.query("DELETE FROM account_role WHERE role = 'admin'")
      const [one, two] = [await user.hire('admin'), await user.hire('admin')]
      const demotion = { id: two.user.id, roles: customer, expectedRoles: customerAdmin }
      const ends = await Promise.allSettled([one.rpc.eraseMe({}), one.rpc.setRoles(demotion)])
      expect(ends.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
      expect(await admins(user)).toHaveLength(1)
    }
  })

  it('S34 S64 stays, when all of many leave at once, by whatever way', async () => {
    await using user = await startForTest()
    const all = await Promise.all(Array.from({ length: 6 }, () => user.hire('admin')))
    const leave = all.map(({ rpc, user: { id } }, index) =>
      index % 2 === 0
        ? rpc.eraseMe({})
        : rpc.setRoles({ id, roles: customer, expectedRoles: customerAdmin }),
    )
    const refused = (await Promise.allSettled(leave)).filter(({ status }) => status === 'rejected')
    const reason = expect.objectContaining({ code: 'last_admin' })
    expect(refused).toEqual([{ status: 'rejected', reason }])
    expect(await admins(user)).toHaveLength(1)
  })
})
