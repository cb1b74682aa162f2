import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { eventually, readMailbox, readMetric } from '@micromart/testing'
import { aPassword, minutes, startForTest } from './start-for-test.ts'

type Service = Awaited<ReturnType<typeof startForTest>>

// A service whose mails go nowhere while there is a file in place of their folder.
let user: Service
let folder: string
beforeAll(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'micromart-mails-')), 'box')
  user = await startForTest({ MAIL_FOLDER: folder })
})
afterAll(async () => {
  await user[Symbol.asyncDispose]()
  await rm(join(folder, '..'), { recursive: true, force: true })
})

const unblock = () => rm(folder, { force: true, recursive: true })
const block = async () => {
  await unblock()
  await writeFile(folder, 'in the way')
}

const stateOf = async (accountId: string) => {
  const [row] = await user.query(
    'SELECT id, attempts, outcome, next_at AS next FROM mail WHERE account_id = ? ORDER BY id DESC',
    [accountId],
  )
  return row as unknown as { id: string; attempts: number; outcome: string | null; next: Date }
}

const attempted = (accountId: string, attempts: number) =>
  eventually(async () => {
    const state = await stateOf(accountId)
    // taken, and what came of it is written down
    expect(state).toMatchObject({ attempts })
    expect(Number(state.next ?? 0) - user.clock.now().getTime()).not.toBe(180_000)
    return state
  })

const sent = (to: string) =>
  eventually(async () => {
    const mails = await readMailbox(folder, to)
    expect(mails).toHaveLength(1)
    return mails[0]
  })

it('a mail that cannot be sent holds nobody up, and goes out later under the same id', async () => {
  await block()
  const ann = await user.join()
  const { id, outcome } = await attempted(ann.user.id, 1)
  expect(outcome).toBeNull()
  const failed = expect.objectContaining({ event: 'mail.failed', mailId: id, attempt: 1 })
  expect(user.logged()).toContainEqual(failed)
  user.clock.forward(2_000)
  expect(await readMetric(user.httpPort, 'micromart_mails_waiting')).toBe(1)
  const age = await readMetric(user.httpPort, 'micromart_mails_oldest_age_seconds')
  expect(age).toBeGreaterThanOrEqual(2)
  await unblock()
  user.clock.forward(5_000)

  const mail = await sent(ann.email)

  expect(mail?.id).toBe(id)
  await user.guest.verifyEmail({ token: mail?.token ?? '' })
  expect(JSON.stringify(user.logged())).not.toContain(ann.email)
})

it('is given up after half an hour of trying, which is logged and counted', async () => {
  await block()
  const ann = await user.join()
  const pauses: number[] = []
  for (let attempt = 1; attempt < 10; attempt += 1) {
    const { next } = await attempted(ann.user.id, attempt)
    pauses.push((next.getTime() - user.clock.now().getTime()) / 1_000)
    user.clock.forward(next.getTime() - user.clock.now().getTime())
  }
  expect(pauses).toEqual([5, 10, 20, 40, 80, 160, 320, 600, 600])
  await eventually(async () =>
    expect(await stateOf(ann.user.id)).toMatchObject({ attempts: 10, outcome: 'given_up' }),
  )
  const given = { event: 'mail.failed', attempt: 10, kind: 'verify_email', userId: ann.user.id }
  expect(user.logged()).toContainEqual(
    expect.objectContaining({
      ...given,
      message: 'a mail is given up: its owner may ask for another',
    }),
  )
  const labels = { kind: 'verify_email', outcome: 'given_up' }
  const counted = await readMetric(user.httpPort, 'micromart_mails_total', labels)
  expect(counted).toBeGreaterThanOrEqual(1)
  await unblock()
})

it('that was sent, and not noted as such, is sent again as the same mail; its used link stays used', async () => {
  const [ann, bob] = [await user.join(), await user.join()]
  const [toAnn, toBob] = [await sent(ann.email), await sent(bob.email)]
  await user.guest.verifyEmail({ token: toAnn?.token ?? '' })
  // what a crash leaves behind once the lease is over
  await user.query('UPDATE mail SET ended_at = NULL, outcome = NULL, next_at = created_at')
  await unblock()
  await eventually(async () => {
    expect(await stateOf(ann.user.id)).toMatchObject({ attempts: 2, outcome: 'dropped' })
    expect(await stateOf(bob.user.id)).toMatchObject({ attempts: 2, outcome: 'sent' })
  })
  const again = await sent(bob.email)
  expect([again?.id, again?.token]).toEqual([toBob?.id, toBob?.token])
  const used = { token: toAnn?.token ?? '' }
  await expect(user.guest.verifyEmail(used)).rejects.toMatchObject({ code: 'link_invalid' })
  await user.guest.verifyEmail({ token: again?.token ?? '' })
})

it('S64 is sent once by one of two replicas, and comes again after one that died had taken it', async () => {
  await using _replica = await user.replica()
  const members = await Promise.all(Array.from({ length: 20 }, () => user.join()))
  await eventually(async () => {
    const states = await Promise.all(members.map(({ user: { id } }) => stateOf(id)))
    const done = { attempts: 1, outcome: 'sent' }
    expect(states).toEqual(states.map(() => expect.objectContaining(done)))
  })
  const [ann] = members
  const taken = new Date(user.clock.now().getTime() + minutes(3))
  await user.query(
    'UPDATE mail SET ended_at = NULL, outcome = NULL, next_at = ? WHERE account_id = ?',
    [taken, ann?.user.id],
  )
  user.clock.forward(minutes(3))
  await eventually(async () =>
    expect(await stateOf(ann?.user.id ?? '')).toMatchObject({ attempts: 2, outcome: 'sent' }),
  )
})

it('is dropped when its account is erased before its turn', async () => {
  await block()
  const ann = await user.join()
  await attempted(ann.user.id, 1)
  await ann.rpc.changePassword({ currentPassword: ann.password, newPassword: aPassword() })
  await ann.rpc.eraseMe({})
  await unblock()
  user.clock.forward(minutes(2))
  const bob = await user.join()
  await sent(bob.email)
  expect(await readMailbox(folder, ann.email)).toEqual([])
  expect(await stateOf(ann.user.id)).toBeUndefined()
})
