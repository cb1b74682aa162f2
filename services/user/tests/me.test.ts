import { describe, expect, it } from '@jest/globals'
import { systemIds } from '@micromart/kernel'
import { openDatabase } from '@micromart/store'
import { eventually } from '@micromart/testing'
import { newSession } from '../src/model/session.ts'
import { accountsMysql } from '../src/repository/accounts-mysql.ts'
import { userRows } from '../src/repository/rows.ts'
import { sessionsMysql } from '../src/repository/sessions-mysql.ts'
import { aPassword, anEmail, startForTest } from './start-for-test.ts'

const anAddress = {
  name: 'Ann Member',
  line1: '1 High Street',
  city: 'Vienna',
  postalCode: '1010',
  country: 'AT',
}

describe('one’s own account', () => {
  it('is renamed, and stays as it is when nothing is named', async () => {
    await using user = await startForTest()
    const ann = await user.join()
    const renamed = { user: { ...ann.user, name: 'Ann Other' } }
    expect(await ann.rpc.updateMe({ name: ' Ann Other ' })).toEqual(renamed)
    expect(await ann.rpc.updateMe({})).toEqual(renamed)
    await expect(ann.rpc.updateMe({ name: '' })).rejects.toMatchObject({ code: 'name_invalid' })
    expect(await ann.rpc.getMe({})).toEqual(renamed)
  })

  it('S5 changes its password with the present one, which ends the other sessions', async () => {
    await using user = await startForTest()
    const ann = await user.join()
    const other = await user.guest.login(ann)
    const [currentPassword, newPassword] = [ann.password, aPassword()]
    const { refreshToken } = ann

    await ann.rpc.changePassword({ currentPassword, newPassword, refreshToken })

    await expect(user.guest.login(ann)).rejects.toMatchObject({ code: 'credentials_wrong' })
    await user.guest.login({ email: ann.email, password: newPassword })
    await user.guest.refresh({ refreshToken })
    const ended = { refreshToken: other.tokens?.refreshToken ?? '' }
    await expect(user.guest.refresh(ended)).rejects.toMatchObject({ code: 'refresh_invalid' })
  })

  it('S5 ends all sessions when none is named, and none of another account', async () => {
    await using user = await startForTest()
    const [ann, bob] = [await user.join(), await user.join()]
    const wish = { currentPassword: ann.password, newPassword: aPassword() }
    await ann.rpc.changePassword({ ...wish, refreshToken: bob.refreshToken })
    await expect(user.guest.refresh(ann)).rejects.toMatchObject({ code: 'refresh_invalid' })
    await user.guest.refresh(bob)
  })

  it('S5 S7 refuses a wrong present password, counting it as a failed login', async () => {
    await using user = await startForTest()
    const ann = await user.join()
    const wish = { currentPassword: 'not this one', newPassword: aPassword() }
    for (let count = 0; count < 5; count += 1) {
      await expect(ann.rpc.changePassword(wish)).rejects.toMatchObject({
        code: 'credentials_wrong',
      })
    }
    const right = { ...wish, currentPassword: ann.password }
    await expect(ann.rpc.changePassword(right)).rejects.toMatchObject({ code: 'login_throttled' })
    user.clock.forward(5_000)
    await user.guest.login(ann)
  })

  it('S3 refuses a common new password', async () => {
    await using user = await startForTest()
    const ann = await user.join()
    const wish = { currentPassword: ann.password, newPassword: 'iloveyou1' }
    await expect(ann.rpc.changePassword(wish)).rejects.toMatchObject({
      code: 'password_common',
      fields: [expect.objectContaining({ path: '/newPassword' })],
    })
  })

  it('S64 of parallel changes of one password one wins', async () => {
    await using user = await startForTest()
    const ann = await user.join()
    const passwords = Array.from({ length: 5 }, aPassword)
    const changes = passwords.map((newPassword) =>
      ann.rpc.changePassword({ currentPassword: ann.password, newPassword }),
    )
    const done = (await Promise.allSettled(changes)).map(({ status }) => status)
    expect(done.filter((status) => status === 'fulfilled')).toHaveLength(1)
    await user.guest.login({
      email: ann.email,
      password: passwords[done.indexOf('fulfilled')] ?? '',
    })
  })
})

describe('a login begun before a change of password', () => {
  it('S5 S22 opens no session after it', async () => {
    await using user = await startForTest()
    const ann = await user.join()
    await using db = await openDatabase({ url: user.database.url, entities: userRows })
    const [accounts, sessions] = [accountsMysql(db, systemIds), sessionsMysql(db)]
    const before = await accounts.credentials({ id: ann.user.id })
    const wish = { currentPassword: ann.password, newPassword: aPassword() }
    await ann.rpc.changePassword(wish)

    const now = user.clock.now()
    const device = { userAgent: undefined, address: undefined }
    const of = { id: systemIds.next(), accountId: ann.user.id, clientId: undefined, device }
    const session = newSession(of, now)
    const next = { digest: 'e'.repeat(64), at: now, device }
    const first = { digest: 'd'.repeat(64), expiresAt: session.endsAt }
    const version = before?.passwordVersion ?? NaN
    const proven = (passwordVersion: number) => ({ passwordVersion, secondFactor: false })

    expect(await sessions.open(session, first, proven(version))).toBe(false)
    expect(await sessions.rotate(first.digest, next)).toEqual({ outcome: 'invalid' })
    expect(await sessions.open(session, first, proven(version + 1))).toBe(true)
    // nor after a second factor was switched on meanwhile
    await user.query('UPDATE account SET second_factor_since = ?', [now])
    const late = { ...session, id: systemIds.next() }
    expect(await sessions.open(late, first, proven(version + 1))).toBe(false)
  })
})

describe('erasing an account', () => {
  it('overwrites what is personal, ends its sessions and tells the others', async () => {
    await using user = await startForTest()
    const ann = await user.join()
    await ann.rpc.addAddress({ address: anAddress })

    await ann.rpc.eraseMe({})

    await expect(user.guest.login(ann)).rejects.toMatchObject({ code: 'credentials_wrong' })
    await expect(user.guest.refresh(ann)).rejects.toMatchObject({ code: 'refresh_invalid' })
    const gone = { kind: 'unauthenticated', code: 'token_invalid' }
    await expect(ann.rpc.getMe({})).rejects.toMatchObject(gone)
    await expect(ann.rpc.eraseMe({})).rejects.toMatchObject(gone)
    await expect(ann.rpc.addAddress({ address: anAddress })).rejects.toMatchObject(gone)
    expect(await ann.rpc.listAddresses({})).toEqual({ items: [] })
    for (const table of ['account', 'account_role', 'session', 'refresh_token', 'address']) {
      const rows = JSON.stringify(await user.query(`SELECT * FROM ${table}`))
      for (const personal of [ann.email, 'Ann', 'High Street', '$argon2'])
        expect(rows).not.toContain(personal)
    }
    const topics = await eventually(() => {
      const published = user.sidecar.published()
      expect(published).toHaveLength(2)
      return published.map(({ topic, payload }) => ({ topic, payload }))
    })
    expect(topics[1]).toEqual({ topic: 'user.erased.v1', payload: { userId: ann.user.id } })
  })

  it('frees its address for a new account', async () => {
    await using user = await startForTest()
    const ann = await user.join()
    await ann.rpc.eraseMe({})
    const { user: again } = await user.guest.register({
      email: ann.email,
      password: aPassword(),
      name: 'Ann again',
    })
    expect(again?.id).not.toBe(ann.user.id)
  })

  it('S34 is refused to the last administrator', async () => {
    await using user = await startForTest()
    const [first, last] = [await user.hire('admin'), await user.hire('admin')]
    await first.rpc.eraseMe({})
    await expect(last.rpc.eraseMe({})).rejects.toMatchObject({
      kind: 'precondition',
      code: 'last_admin',
    })
    expect(await last.rpc.getMe({})).toMatchObject({ user: { id: last.user.id } })
  })
})

it('a stranger reaches nothing of an account', async () => {
  await using user = await startForTest()
  const refused = { kind: 'unauthenticated' }
  await expect(user.guest.getMe({})).rejects.toMatchObject(refused)
  await expect(user.guest.eraseMe({})).rejects.toMatchObject(refused)
  await expect(user.guest.listUsers({ limit: 1, email: anEmail() })).rejects.toMatchObject(refused)
})
