import { describe, expect, it } from '@jest/globals'
import { readAudit } from '@micromart/testing'
import { keyBox } from '../src/crypto/key-box.ts'
import { openPrivateKey } from '../src/crypto/keys-jose.ts'
import { SignJWT } from 'jose'
import { days, issuer, kek, startForTest } from './start-for-test.ts'

type Started = Awaited<ReturnType<typeof startForTest>>

const audited = async (user: Started, filters: Parameters<typeof readAudit>[2]) => {
  const { accessToken } = await user.hire('operator')
  return readAudit(user.port, accessToken, filters)
}

describe('S34 the audit log of accounts', () => {
  it('has who changed whose roles, from which to which, and no name or address', async () => {
    await using user = await startForTest()
    const [admin, ann] = [await user.hire('admin'), await user.join()]
    const { id } = ann.user
    const roles = ['customer', 'support']
    await admin.rpc.setRoles({ id, roles, expectedRoles: ['customer'] })
    await admin.rpc.setRoles({ id, roles, expectedRoles: roles }) // changes nothing
    const demoted = { id: admin.user.id, roles: ['customer'], expectedRoles: ['customer', 'admin'] }
    await expect(admin.rpc.setRoles(demoted)).rejects.toMatchObject({ code: 'last_admin' })

    const entries = await audited(user, { objectKind: 'user' })
    expect(entries).toEqual([
      {
        who: `user ${admin.user.id} customer admin`,
        action: 'user.roles',
        object: `user ${id}`,
        outcome: 'done',
        before: { roles: ['customer'] },
        after: { roles },
      },
    ])
    expect(JSON.stringify(entries)).not.toContain(ann.email)
    expect(user.logged()).toContainEqual({
      event: 'security.refused',
      action: 'user.roles',
      outcome: 'last_admin',
      actorId: admin.user.id,
      userId: admin.user.id,
      roles: ['customer'],
      message: 'refused',
    })
  })

  it('keeps of who leaves the id and the roles, and not from where', async () => {
    await using user = await startForTest()
    const support = await user.hire('support')
    const { id } = support.user
    const origin = { address: '192.0.2.7', userAgent: 'curl/8' }
    const token = support.accessToken
    await user.rpc.as({ token, origin }).eraseMe({})
    const [entry] = await audited(user, { objectId: id })
    expect(entry).toEqual({
      who: `user ${id} customer support`,
      action: 'user.erase',
      object: `user ${id}`,
      outcome: 'done',
      before: { roles: ['customer', 'support'] },
      after: undefined,
    })
    const rows = await user.query(
      'SELECT address, user_agent FROM audit_entries WHERE object_id = ?',
      [id],
    )
    expect(rows).toEqual([{ address: null, user_agent: null }])
  })

  it('has the keys that the shop makes, takes into use and forgets', async () => {
    await using user = await startForTest()
    const rotate = async (count: number) => {
      user.clock.forward(days(count))
      await using another = await user.replica() // rotates as it starts
      void another
    }
    await rotate(31)
    await rotate(1)
    const entries = await audited(user, { objectKind: 'key' })
    const told = entries.map(({ who, action, before, after }) => ({ who, action, before, after }))
    const by = { who: 'system rotation' }
    expect(told.toReversed()).toEqual([
      { ...by, action: 'key.create', before: undefined, after: { slot: 'active' } },
      { ...by, action: 'key.create', before: undefined, after: { slot: 'next' } },
      { ...by, action: 'key.promote', before: { slot: 'next' }, after: { slot: 'active' } },
      { ...by, action: 'key.create', before: undefined, after: { slot: 'next' } },
      { ...by, action: 'key.forget', before: { slot: 'retired' }, after: undefined },
    ])
  })
})

/** A token of a client that speaks for itself, signed with the service's own key. */
const machineToken = async (user: Started, scope: string): Promise<string> => {
  const [row] = await user.query(
    "SELECT kid, sealed_private FROM signing_key WHERE slot = 'active'",
  )
  const kid = String(row?.['kid'])
  const sealedPrivate = String(row?.['sealed_private'])
  const now = Math.floor(user.clock.now().getTime() / 1_000)
  return new SignJWT({ scope, roles: [], client_id: 'payroll' })
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid })
    .setIssuer(issuer)
    .setAudience('micromart')
    .setSubject('payroll')
    .setJti('j-1')
    .setIssuedAt(now)
    .setExpirationTime(now + 300)
    .sign(await openPrivateKey(keyBox(kek), { kid, sealedPrivate }))
}

it('S34 a machine may read accounts by its scopes, and grants nothing: it holds no role', async () => {
  await using user = await startForTest()
  const ann = await user.join()
  const rpc = user.rpc.as({ token: await machineToken(user, 'users:read users:write account') })
  expect(await rpc.getUser({ id: ann.user.id })).toEqual({ user: ann.user })
  for (const role of ['admin', 'support', 'merchandiser']) {
    const grant = { id: ann.user.id, roles: ['customer', role], expectedRoles: ['customer'] }
    await expect(rpc.setRoles(grant)).rejects.toMatchObject({ code: 'role_above_own' })
  }
  const dismissal = { id: ann.user.id, roles: [], expectedRoles: ['customer'] }
  await expect(rpc.setRoles(dismissal)).rejects.toMatchObject({ code: 'role_above_own' })
  await expect(rpc.getMe({})).rejects.toMatchObject({ code: 'user_required' })
})
