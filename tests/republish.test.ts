import { beforeAll, expect, it } from '@jest/globals'
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { eventually, shop } from './support/shop.ts'
import { openRedis } from './support/stores.ts'
import {
  addToCart,
  loginAs,
  newMember,
  newProduct,
  placeOrder,
  stockOf,
} from './support/shopper.ts'

let admin: string

beforeAll(async () => {
  admin = await loginAs('admin')
})

const republish = async (...args: string[]): Promise<string> => {
  const env = { ...process.env, MICROMART_HOME: path.dirname(shop.secrets) }
  const script = [path.resolve('scripts', 'republish.mjs'), ...args]
  return (await promisify(execFile)(process.execPath, script, { env })).stdout
}

/** How often the stream of a topic has an event of an order. */
const timesTold = async (topic: string, orderId: string): Promise<number> => {
  const redis = openRedis(shop.redis)
  try {
    const entries = await redis.xrange(topic, '-', '+')
    return entries.filter(([, fields]) => fields.join(' ').includes(orderId)).length
  } finally {
    redis.disconnect()
  }
}

it('what was published is published again, and nothing happens twice', async () => {
  const member = await newMember()
  const { sku } = await newProduct(admin)
  await addToCart(member, sku)
  const { id } = (await placeOrder(member)).body
  const told = () => timesTold('order.paid.v1', id)
  await eventually(told, (times) => times === 1)
  await eventually(
    () => stockOf(admin, sku),
    ({ onHand, held }) => onHand === 9 && held === 0,
  )

  expect(await republish('--service', 'order', '--hours', '1')).toMatch(
    /^order: [1-9]\d* events go out again\n$/,
  )

  await eventually(told, (times) => times === 2)
  expect(await stockOf(admin, sku)).toMatchObject({ onHand: 9, held: 0 })
})

it.each([
  [['--hours', '25'], '--hours 25'],
  [['--hours', 'x'], '--hours x'],
  [['--service', 'cart'], 'cart has no outbox'],
])('%j is refused', async (args, message) => {
  await expect(republish(...args)).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining(message),
  })
})
