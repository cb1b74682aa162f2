import { apps } from '@micromart/contracts'
import { CartBooksServiceService } from '@micromart/contracts/cart'
import { BacklogServiceService } from '@micromart/contracts/ops'
import { PaymentServiceService } from '@micromart/contracts/payment'
import { ProductServiceService } from '@micromart/contracts/product'
import type { RpcClient, Sidecar } from '@micromart/dapr'
import type { RemoteBooks } from '../model/book-ports.ts'

/** The books wait longer for a page than a shopper for an answer. */
const pageMs = 15_000

/** Most orders of one question to the carts. */
const mostQuestions = 200

/** The others that publish events or listen to them: no app calls itself. */
const behind = [apps.product, apps.user, apps.cart, apps.payment] as const

const idempotent = true

type Product = RpcClient<ProductServiceService>
type Payment = RpcClient<PaymentServiceService>

const goods = (product: Product): Pick<RemoteBooks, 'holds' | 'stock'> => ({
  holds: async (afterOrderId, limit) =>
    (await product.listHoldBooks({ afterOrderId, limit })).items,
  stock: async (afterSku, limit) => (await product.listStockBooks({ afterSku, limit })).items,
})

const money = (payment: Payment): Pick<RemoteBooks, 'payments' | 'provider' | 'providerKnown'> => ({
  payments: async (afterOrderId, limit) =>
    (await payment.listPaymentBooks({ afterOrderId, limit })).items,
  provider: async (afterOrderId, limit) =>
    (await payment.listProviderBooks({ afterOrderId, limit })).items,
  providerKnown: async () =>
    (await payment.listProviderBooks({ afterOrderId: '', limit: 1 })).available,
})

const carts = (sidecar: Sidecar): Pick<RemoteBooks, 'leftInCarts'> => {
  const deadlines = { listTaken: pageMs }
  const cart = sidecar.client(CartBooksServiceService, apps.cart, { deadlines, idempotent })
  return {
    leftInCarts: async (questions) => {
      const left = new Set<string>()
      for (let at = 0; at < questions.length; at += mostQuestions) {
        const orders = questions.slice(at, at + mostQuestions)
        for (const id of (await cart.listTaken({ orders })).notTakenOrderIds) left.add(id)
      }
      return left
    },
  }
}

const backlogs = (sidecar: Sidecar): Pick<RemoteBooks, 'backlogs'> => {
  const clients = behind.map((app) => ({
    app,
    of: sidecar.client(BacklogServiceService, app, { idempotent }),
  }))
  return {
    backlogs: () =>
      Promise.all(clients.map(async ({ app, of }) => ({ app, ...(await of.getBacklog({})) }))),
  }
}

/** The other stores' sides of the books. */
export const booksRpc = (sidecar: Sidecar): RemoteBooks => {
  const holds = { listHoldBooks: pageMs, listStockBooks: pageMs }
  const ledgers = { listPaymentBooks: pageMs, listProviderBooks: pageMs }
  const product = { deadlines: holds, idempotent }
  const payment = { deadlines: ledgers, idempotent }
  return {
    ...goods(sidecar.client(ProductServiceService, apps.product, product)),
    ...money(sidecar.client(PaymentServiceService, apps.payment, payment)),
    ...carts(sidecar),
    ...backlogs(sidecar),
  }
}
