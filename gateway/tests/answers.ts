import type { Cart } from '@micromart/contracts/cart'
import {
  type NextAction,
  type Order,
  type OrderPayment,
  OrderStatus,
  PaymentStatus,
} from '@micromart/contracts/order'
import { type Product, ProductStatus } from '@micromart/contracts/product'
import { systemIds } from '@micromart/kernel'

const eur = (amount: number) => ({ amount: BigInt(amount), currency: 'EUR' })

const at = new Date('2026-01-31T12:00:00.000Z')

export const anAddress = {
  name: 'Ada Lovelace',
  line1: 'Hauptstr. 1',
  line2: undefined,
  city: 'Berlin',
  region: undefined,
  postalCode: '10115',
  country: 'DE',
  phone: undefined,
}

export const aProduct = (change: Partial<Product> = {}): Product => ({
  id: systemIds.next(),
  handle: 'olive-oil',
  title: 'Olive oil',
  description: '<p>Good</p>',
  brand: 'Oliva',
  status: ProductStatus.PRODUCT_STATUS_ACTIVE,
  categories: [{ handle: 'oils', title: 'Oils' }],
  tags: ['oil'],
  images: [{ url: '/images/olive-oil.svg', alt: 'A bottle' }],
  options: [{ name: 'Size', values: ['S'] }],
  variants: [
    {
      id: systemIds.next(),
      sku: 'OIL-S',
      title: 'S',
      options: [{ name: 'Size', value: 'S' }],
      price: eur(1999),
      compareAtPrice: undefined,
      available: true,
      image: undefined,
      barcode: '4006381333931',
      weightGrams: 500n,
      stock: { onHand: 10n, held: 1n, available: 9n },
    },
  ],
  priceRange: { min: eur(1999), max: eur(1999) },
  available: true,
  createdAt: at,
  updatedAt: at,
  version: 7n,
  ...change,
})

export const aCart = (change: Partial<Cart> = {}): Cart => ({
  items: [
    {
      sku: 'OIL-S',
      productId: systemIds.next(),
      handle: 'olive-oil',
      title: 'Olive oil',
      options: [],
      image: undefined,
      quantity: 2,
      unitPrice: eur(1999),
      lineTotal: eur(3998),
      available: true,
      availableQuantity: 9,
    },
  ],
  subtotal: eur(3998),
  version: systemIds.next(),
  ...change,
})

/** How an order is paid; nothing waits for the shopper unless said. */
export const aPayment = (status: PaymentStatus, nextAction?: NextAction): OrderPayment => ({
  status,
  method: 'card',
  nextAction,
})

export const anOrder = (change: Partial<Order> = {}): Order => ({
  id: systemIds.next(),
  number: 'M-7K2Q-9F4D',
  status: OrderStatus.ORDER_STATUS_PAID,
  email: 'ada@example.com',
  items: [
    { sku: 'OIL-S', title: 'Olive oil', quantity: 2, unitPrice: eur(1999), lineTotal: eur(3998) },
  ],
  subtotal: eur(3998),
  shipping: eur(0),
  tax: eur(0),
  discount: eur(0),
  total: eur(3998),
  shippingAddress: anAddress,
  payment: aPayment(PaymentStatus.PAYMENT_STATUS_PAID),
  refunded: undefined,
  carrier: undefined,
  trackingCode: undefined,
  createdAt: at,
  updatedAt: at,
  orderToken: undefined,
  ...change,
})
