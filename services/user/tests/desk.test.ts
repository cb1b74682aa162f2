import { describe, expect, it } from '@jest/globals'
import { encodeCursor, systemIds } from '@micromart/kernel'
import { decodeJwt } from 'jose'
import { startForTest } from './start-for-test.ts'

const customer = ['customer']
const customerAdmin = ['customer', 'admin']

const lastAdmin = { kind: 'precondition', code: 'last_admin' }

describe('the list of users', () => {
  it('is newest first, in pages, without erased ones', async () => {
    await using user = await startForTest()
    const admin = await user.hire('admin')
    const [one, erased, three] = [await user.join(), await user.join(), await user.join()]
    await erased.rpc.eraseMe({})
    const adminUser = { ...admin.user, roles: ['customer', 'admin'] }

    const first = await admin.rpc.listUsers({ limit: 2 })
    expect(first).toEqual({ items: [three.user, one.user], nextCursor: expect.any(String) })
    const second = await admin.rpc.listUsers({ limit: 2, cursor: first.nextCursor })
    expect(second).toEqual({ items: [adminUser], nextCursor: undefined })
    expect((await admin.rpc.listUsers({ limit: 0 })).items).toHaveLength(3)
  })

  it('finds a whole address in any case', async () => {
    await using user = await startForTest()
    const { rpc } = await user.hire('support')
    const ann = await user.join()
    const found = { items: [ann.user], nextCursor: undefined }
    expect(await rpc.listUsers({ limit: 20, email: ann.email.toUpperCase() })).toEqual(found)
    expect((await rpc.listUsers({ limit: 20, email: ann.email.slice(1) })).items).toEqual([])
    expect((await rpc.listUsers({ limit: 20, email: '%' })).items).toEqual([])
  })

  it('refuses a cursor that is none of its own', async () => {
    await using user = await startForTest()
    const { rpc } = await user.hire('admin')
    const bound = { users: null }
    const cursors = ['nonsense', '', encodeCursor('ü', bound), encodeCursor({ id: 1 }, bound)]
    for (const cursor of [...cursors, encodeCursor(systemIds.next(), { users: 'a@b' })]) {
      await expect(rpc.listUsers({ limit: 1, cursor })).rejects.toMatchObject({
        kind: 'invalid',
        code: 'cursor_invalid',
      })
    }
  })

  it('reads one user; unknown, erased and malformed ids are not found', async () => {
    await using user = await startForTest()
    const { rpc } = await user.hire('support')
    const [ann, erased] = [await user.join(), await user.join()]
    await erased.rpc.eraseMe({})
    expect(await rpc.getUser({ id: ann.user.id })).toEqual({ user: ann.user })
    for (const id of [erased.user.id, systemIds.next(), 'ü', '']) {
      await expect(rpc.getUser({ id })).rejects.toMatchObject({
        kind: 'not_found',
        code: 'user_not_found',
      })
    }
  })

  it('S30 is for those who may: a customer is forbidden, support reads and does not write', async () => {
    await using user = await startForTest()
    const [ann, support] = [await user.join(), await user.hire('support')]
    const forbidden = { kind: 'forbidden' }
    await expect(ann.rpc.listUsers({ limit: 1 })).rejects.toMatchObject(forbidden)
    await expect(ann.rpc.getUser({ id: ann.user.id })).rejects.toMatchObject(forbidden)
    const roles = { id: ann.user.id, roles: customerAdmin, expectedRoles: customer }
    await expect(ann.rpc.setRoles(roles)).rejects.toMatchObject(forbidden)
    await expect(support.rpc.setRoles(roles)).rejects.toMatchObject(forbidden)
  })
})

describe('setting roles', () => {
  it('takes effect in the next token; a session goes on when nothing was taken', async () => {
    await using user = await startForTest()
    const [admin, ann] = [await user.hire('admin'), await user.join()]
    const roles = ['merchandiser', 'customer']

    const changed = await admin.rpc.setRoles({ id: ann.user.id, roles, expectedRoles: customer })

    expect(changed).toEqual({ user: { ...ann.user, roles: ['customer', 'merchandiser'] } })
    expect(await admin.rpc.getUser({ id: ann.user.id })).toEqual(changed)
    expect(user.logged()).toContainEqual({
      event: 'roles.set',
      actorId: admin.user.id,
      userId: ann.user.id,
      roles: ['customer', 'merchandiser'],
      message: 'roles changed',
    })
    const { tokens } = await user.guest.refresh(ann)
    expect(decodeJwt(tokens?.accessToken ?? '')).toMatchObject({
      roles: ['customer', 'merchandiser'],
      scope: 'account cart orders catalog:write stock:write',
    })
  })

  it('S22 taking a role away ends the sessions of its holder at once, and of nobody else', async () => {
    await using user = await startForTest()
    const [admin, support] = [await user.hire('admin'), await user.hire('support')]
    await admin.rpc.setRoles({
      id: support.user.id,
      roles: customer,
      expectedRoles: ['support', 'customer'],
    })
    await expect(user.guest.refresh(support)).rejects.toMatchObject({ code: 'refresh_invalid' })
    await user.guest.refresh(admin)
    const { tokens } = await user.guest.login(support)
    expect(decodeJwt(tokens?.accessToken ?? '')['roles']).toEqual(['customer'])
  })

  it('S34 leaves the last administrator one', async () => {
    await using user = await startForTest()
    const [admin, other] = [await user.hire('admin'), await user.hire('admin')]
    await admin.rpc.setRoles({
      id: other.user.id,
      roles: customer,
      expectedRoles: customerAdmin,
    })
    const resign = { id: admin.user.id, roles: customer, expectedRoles: customerAdmin }
    await expect(admin.rpc.setRoles(resign)).rejects.toMatchObject(lastAdmin)
    expect(await admin.rpc.getUser({ id: admin.user.id })).toMatchObject({
      user: { roles: ['customer', 'admin'] },
    })
  })

  it('S34 S64 leaves one of two administrators who demote each other at once', async () => {
    await using user = await startForTest()
    for (let round = 0; round < 5; round += 1) {
      await user.query("DELETE FROM account_role WHERE role = 'admin'")
      const [one, two] = [await user.hire('admin'), await user.hire('admin')]
      const demotion = { roles: customer, expectedRoles: customerAdmin }
      const answers = await Promise.allSettled([
        one.rpc.setRoles({ id: two.user.id, ...demotion }),
        two.rpc.setRoles({ id: one.user.id, ...demotion }),
      ])
      const refused = answers.filter(({ status }) => status === 'rejected')
      expect(refused).toEqual([
        { status: 'rejected', reason: expect.objectContaining({ code: 'last_admin' }) },
      ])
      expect(await user.query("SELECT role FROM account_role WHERE role = 'admin'")).toHaveLength(1)
    }
  })

  it('S34 nobody grants more than he has now, whatever his token says', async () => {
    await using user = await startForTest()
    const [chief, demoted, ann] = [
      await user.hire('admin'),
      await user.hire('admin'),
      await user.join(),
    ]
    await chief.rpc.setRoles({
      id: demoted.user.id,
      roles: customer,
      expectedRoles: customerAdmin,
    })
    const grant = { id: ann.user.id, roles: customerAdmin, expectedRoles: customer }
    await expect(demoted.rpc.setRoles(grant)).rejects.toMatchObject({
      kind: 'forbidden',
      code: 'role_above_own',
      params: { role: 'admin' },
    })
    expect(await ann.rpc.getMe({})).toEqual({ user: ann.user })
  })

  it('is refused to who has read other roles, before anything else is said', async () => {
    await using user = await startForTest()
    const [admin, ann] = [await user.hire('admin'), await user.join()]
    const changed = { kind: 'conflict', code: 'version_changed' }
    const roles = ['customer', 'support']
    for (const expectedRoles of [[], roles, ['root'], ['customer', 'root']]) {
      const change = { id: ann.user.id, roles, expectedRoles }
      await expect(admin.rpc.setRoles(change)).rejects.toMatchObject(changed)
    }
    expect(await admin.rpc.getUser({ id: ann.user.id })).toEqual({ user: ann.user })
    const none = { id: ann.user.id, roles: [], expectedRoles: ['customer', 'customer'] }
    expect((await admin.rpc.setRoles(none)).user?.roles).toEqual([])
    const again = { id: ann.user.id, roles: customer, expectedRoles: [] }
    expect((await admin.rpc.setRoles(again)).user?.roles).toEqual(customer)
  })

  it('lets one of two who have read the same roles win', async () => {
    await using user = await startForTest()
    const [admin, ann] = [await user.hire('admin'), await user.join()]
    const answers = await Promise.allSettled(
      ['support', 'merchandiser', 'operator'].map((role) =>
        admin.rpc.setRoles({ id: ann.user.id, roles: [role], expectedRoles: customer }),
      ),
    )
    const refused = answers.filter(({ status }) => status === 'rejected')
    const reason = expect.objectContaining({ code: 'version_changed' })
    expect(refused).toEqual([
      { status: 'rejected', reason },
      { status: 'rejected', reason },
    ])
  })

  it('refuses roles that do not exist and users that do not', async () => {
    await using user = await startForTest()
    const { rpc, user: admin } = await user.hire('admin')
    await expect(
      rpc.setRoles({ id: admin.id, roles: ['root'], expectedRoles: [] }),
    ).rejects.toMatchObject({
      kind: 'invalid',
      code: 'role_unknown',
      params: { role: 'root' },
    })
    for (const id of [systemIds.next(), 'no-id']) {
      await expect(
        rpc.setRoles({ id, roles: customer, expectedRoles: customer }),
      ).rejects.toMatchObject({
        code: 'user_not_found',
      })
    }
  })
})
