import { Fault } from '../terminal/fault.mjs'

const limitMs = 30_000
const pageSize = 1000

/** Asks the provider. @returns `{ status, body }` */
const sender =
  ({ url, key }) =>
  async (method, path, { body, idempotencyKey } = {}) => {
    const headers = {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      ...(idempotencyKey ? { 'idempotency-key': idempotencyKey } : {}),
    }
    const answer = await fetch(url + path, {
      method,
      headers,
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(limitMs),
    }).catch((cause) => {
      throw new Fault(
        `The provider at ${url} does not answer: ${cause.cause?.code ?? cause.name}`,
        {
          advice: 'Is it running, and is its address right? Nothing is lost: ask again.',
          cause,
        },
      )
    })
    return { status: answer.status, body: await answer.json().catch(() => ({})) }
  }

const refused = ({ status, body }, advice) =>
  new Fault(`The provider answers ${status} ${body.code ?? ''}`, { advice })

/** Pages through the ledger. @param after of an item, where the next page begins */
const pages = async function* (send, parameter, { first, after }) {
  for (let mark = first; ;) {
    const query = new URLSearchParams({ [parameter]: mark, limit: pageSize })
    const answer = await send('GET', `/v1/ledger?${query}`)
    if (answer.status !== 200) {
      throw refused(answer, 'Is it the key of this shop (the secret provider-key)?')
    }
    const { items } = answer.body
    yield* items
    if (items.length < pageSize) return
    mark = after(items.at(-1))
  }
}

/** The ledger's sums of all orders whose money has moved since, by order. */
const sumsSince = async (send, since) => {
  const sums = new Map()
  const all = pages(send, 'afterReference', { first: '', after: ({ reference }) => reference })
  for await (const sum of all) if (new Date(sum.updatedAt) >= since) sums.set(sum.reference, sum)
  return sums
}

const movedSince = async (send, since) => {
  const sums = await sumsSince(send, since)
  const charges = []
  for await (const entry of pages(send, 'after', { first: 0, after: ({ seq }) => seq })) {
    const { kind, reference, charge, key, amount, currency, at } = entry
    const sum = sums.get(reference)
    if (kind !== 'capture' || sum === undefined) continue
    const { captured, refunded } = sum
    charges.push({
      charge,
      key,
      orderId: reference,
      amount,
      currency,
      at,
      sum: { captured, refunded },
    })
  }
  return charges
}

/**
 * The provider's own ledger, asked past the shop.
 * @param address `{ url, key }`
 */
export const connectProvider = (address) => {
  const send = sender(address)
  return {
    /**
     * The charges of the orders whose money has moved since, each with the ledger's sums of its order.
     * @returns `[{ charge, key, orderId, amount, currency, at, sum: { captured, refunded } }]`
     */
    movedSince: (since) => movedSince(send, since),
    /** Gives a charge back, once however often it is asked. @returns false when the provider refuses for good */
    refund: async (charge, amount) => {
      const idempotencyKey = `restore-${charge}`
      const answer = await send('POST', '/v1/refunds', { body: { charge, amount }, idempotencyKey })
      if (answer.status === 200) return true
      if (answer.status === 422) return false
      throw refused(answer, 'Nothing is paid back twice: ask again.')
    },
    /** Has it tell again of all that has moved money since. @returns how many notices it sends */
    tellAgain: async (since) => {
      const answer = await send('POST', '/v1/notices', { body: { since: since.toISOString() } })
      if (answer.status === 200) return answer.body.told
      throw refused(answer, 'Ask again.')
    },
  }
}
