import { OrderStatus } from '@micromart/contracts/order'
import { DomainError } from '@micromart/kernel'
import { aCart, anAddress, anOrder, aProduct } from './answers.ts'
import { startForTest, type TestGateway } from './start.ts'

const at = new Date('2026-01-31T12:00:00.000Z')
const id = (last: number): string => `019a1f60-7d2c-7b3a-9c41-${String(last).padStart(12, '0')}`

const variants = aProduct().variants.map((variant) => ({ ...variant, id: id(2) }))
const product = aProduct({ id: id(1), variants })
const items = aCart().items.map((item) => ({ ...item, productId: id(1) }))
const cart = aCart({ items, version: id(3) })
const order = anOrder({ id: id(4), orderToken: 'opens-the-order' })
const user = {
  id: id(5),
  email: 'ada@example.com',
  name: 'Ada',
  roles: ['customer'],
  createdAt: at,
  emailVerified: false,
}
const tokens = { accessToken: 'access', refreshToken: 'refresh', expiresIn: 300 }
const address = { id: id(6), address: anAddress }
const category = { id: id(7), handle: 'oils', title: 'Oils', position: 1, children: [] }
const ledger = { sku: 'OIL-S', stock: { onHand: 10n, held: 1n, available: 9n }, movements: [] }
const entry = {
  at,
  status: OrderStatus.ORDER_STATUS_PENDING,
  event: 'order.placed',
  message: 'Placed',
  actor: 'shopper',
  seq: 1n,
}

const refund = {
  id: id(8),
  orderId: id(4),
  amount: { amount: 1999n, currency: 'EUR' },
  lines: [{ sku: 'OIL-S', quantity: 1 }],
  reason: 'Broken',
  status: 'pending',
  createdAt: at,
  updatedAt: at,
}
const letter = {
  id: id(9),
  consumer: 'order',
  topic: 'payment.settled.v1',
  payload: '{"orderId":"1"}',
  reason: 'order_not_found',
  attempts: 6,
  state: 'open',
  firstFailedAt: at,
  lastFailedAt: at,
  decisions: [{ at, actor: id(5), action: 'replay_failed', note: 'order_not_found' }],
  traceparent: `00-${'a1'.repeat(16)}-00f067aa0ba902b7-01`,
}
const invariant = {
  id: 'I4',
  title: 'One capture an order',
  holds: true,
  checked: 7n,
  violations: [],
  violationCount: 0n,
}

/** What came after the first release; `/v1` has only grown. */
const answerLater = ({ answer }: TestGateway['sidecar']): void => {
  const shipped = { ...order, carrier: 'DHL', trackingCode: 'JJD1' }
  answer('order', 'ContinuePayment', () => ({ order }))
  answer('order', 'WatchOrder', () => [{ entry, last: true }])
  answer('order', 'RefundOrder', () => ({ refund, order }))
  answer('order', 'ListRefunds', () => ({ items: [refund] }))
  answer('order', 'ShipOrder', () => ({ order: shipped }))
  answer('order', 'DeliverOrder', () => ({ order: shipped }))
  answer('order', 'CheckBooks', () => ({
    consistent: true,
    checkedAt: at,
    cut: at,
    invariants: [invariant],
  }))
  answer('payment', 'ReceiveWebhook', () => ({ applied: true }))
  answer('cart', 'ListDeadLetters', () => ({ items: [] }))
  answer('order', 'ListDeadLetters', () => ({ items: [letter] }))
  answer('order', 'GetDeadLetter', () => ({ letter }))
  answer('order', 'ReplayDeadLetter', () => ({ letter: { ...letter, state: 'replayed' } }))
  answer('order', 'DiscardDeadLetter', () => ({ letter }))
}

/** A gateway whose services always say the same, so that recorded answers can be compared. */
export const recordedShop = async () => {
  const shop = await startForTest()
  const { answer } = shop.sidecar
  answer('product', 'ListProducts', () => ({ items: [{ ...product, image: product.images[0] }] }))
  answer('product', 'GetProduct', ({ idOrHandle }) => {
    if (idOrHandle === 'absent') throw new DomainError('not_found', 'product_not_found')
    return { product }
  })
  answer('product', 'ListCategories', () => ({ items: [category] }))
  answer('product', 'GetAdminProduct', () => ({ product }))
  answer('product', 'CreateProduct', () => ({ product }))
  answer('product', 'UpdateProduct', () => ({ product }))
  answer('product', 'GetStock', () => ledger)
  answer('product', 'AdjustStock', () => ledger)
  answer('user', 'Register', () => ({ tokens, user }))
  answer('user', 'Login', () => ({ tokens, user }))
  answer('user', 'Refresh', () => ({ tokens }))
  answer('user', 'Logout', () => ({}))
  answer('user', 'GetMe', () => ({ user }))
  answer('user', 'UpdateMe', () => ({ user }))
  answer('user', 'ListAddresses', () => ({ items: [address] }))
  answer('user', 'AddAddress', () => ({ address }))
  answer('user', 'ListUsers', () => ({ items: [user] }))
  answer('user', 'SetRoles', () => ({ user }))
  answer('cart', 'GetCart', () => ({ cart }))
  answer('cart', 'AddItem', () => ({ cart, cartToken: 'm'.repeat(43) }))
  answer('cart', 'SetItem', () => ({ cart }))
  answer('cart', 'RemoveItem', () => ({ cart }))
  answer('order', 'PlaceOrder', () => ({ order }))
  answer('order', 'GetOrder', () => ({ order }))
  answer('order', 'ListOrders', () => ({ items: [order] }))
  answer('order', 'GetTimeline', () => ({ items: [entry] }))
  answer('order', 'CancelOrder', () => ({ order }))
  answer('order', 'ListAllOrders', () => ({ items: [order] }))
  answerLater(shop.sidecar)
  return shop
}
