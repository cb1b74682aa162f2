import { expect, it } from '@jest/globals'
import { BacklogServiceService } from '@micromart/contracts/ops'
import { eventually, testClient } from '@micromart/testing'
import { aCharge, anOrderId, startForTest } from './start-for-test.ts'

it('says how many of its events wait for the broker', async () => {
  await using shop = await startForTest()
  await using client = await testClient(BacklogServiceService, shop.port)
  const backlog = () => client.as().getBacklog({})
  const none = { unsent: 0n, openDeadLetters: 0n, abandonedKeys: 0n, oldestUnsentAt: undefined }
  expect(await backlog()).toEqual(none)
  shop.sidecar.runtimeUp(false)
  await shop.payment.charge(aCharge(anOrderId()))
  expect(await backlog()).toEqual({ ...none, unsent: 1n, oldestUnsentAt: expect.any(Date) })
  shop.sidecar.runtimeUp(true)
  await eventually(async () => expect(await backlog()).toEqual(none), { withinMs: 15_000 })
}, 30_000)
