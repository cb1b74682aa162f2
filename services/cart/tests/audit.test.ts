import { expect, it } from '@jest/globals'
import { connectSidecar } from '@micromart/dapr'
import { type NewAuditEntry, systemActing } from '@micromart/kernel'
import { auditContract, startFakeSidecar } from '@micromart/testing'
import { auditDapr } from '../src/repository/audit-dapr.ts'

const openStore = async () => {
  await using starting = new AsyncDisposableStack()
  const fake = starting.use(await startFakeSidecar({ appId: 'cart' }))
  const { grpcPort, httpPort } = fake
  const { state } = starting.use(await connectSidecar({ grpcPort, httpPort, appId: 'cart' }))
  const stack = starting.move()
  return { fake, state, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

it.each(auditContract)('%s', async (_name, run) => {
  await using store = await openStore()
  await run(auditDapr(store.state))
})

const anEntry = (objectId: string): NewAuditEntry => ({
  by: systemActing('tests'),
  at: new Date('2026-03-01T10:00:00.125Z'),
  action: 'dead_letter.replay',
  objectId,
})

const objectsOf = async ({ list }: ReturnType<typeof auditDapr>) =>
  (await list({ limit: 100 })).items.map(({ seq, object }) => [seq, object.id])

it('takes the place behind an entry that a crash has left beyond the end', async () => {
  await using store = await openStore()
  const audit = auditDapr(store.state)
  await audit.add(anEntry('one'))
  const end = store.fake.state.get('audit')
  await audit.add(anEntry('two'))
  if (end) store.fake.state.set('audit', { ...end, etag: 'crashed' })
  await audit.add(anEntry('three'))
  expect(await objectsOf(audit)).toEqual([
    [3, 'three'],
    [2, 'two'],
    [1, 'one'],
  ])
})

it('holds each entry once when replicas write at once', async () => {
  await using store = await openStore()
  const [one, two] = [auditDapr(store.state), auditDapr(store.state)]
  const wanted = Array.from({ length: 12 }, (_, index) => `entry ${index}`)
  await Promise.all(wanted.map((id, index) => (index % 2 ? one : two).add(anEntry(id))))
  const written = await objectsOf(auditDapr(store.state))
  expect(written.map(([, id]) => id).toSorted()).toEqual(wanted.toSorted())
})
