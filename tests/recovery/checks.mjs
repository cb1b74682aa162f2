const percentile = (sorted, share) => sorted[Math.floor((sorted.length - 1) * share)] ?? 0

/** The figures of a recovery, and its charges by what became of them. */
export const figuresOf = ({ lagMs, balanced, seen, left }) => {
  const known = new Set(left.orders.map(({ id }) => id))
  const { charges } = balanced.first
  const after = charges.filter(({ after: isAfter }) => isAfter)
  const by = Object.groupBy(charges, ({ action }) => action)
  return {
    lagMedian: percentile(lagMs, 0.5),
    lagMost: lagMs.at(-1) ?? 0,
    after,
    by,
    gone: seen.filter((id) => !known.has(id)),
  }
}

const kept = ({ captured, refunded }) => captured - refunded

/** Each is `{ check, faults }`, without faults where it holds. */
export const checksOf = (facts) => {
  const { balanced, books, left, ledgerBefore, cut, instant, soldAfter } = facts
  const { gone, after, lagMost } = figuresOf(facts)
  const ledger = new Map(left.ledger.map((row) => [row.orderId, row]))
  const known = new Set(left.orders.map(({ id }) => id))
  const named = new Set(balanced.first.charges.map(({ orderId }) => orderId))
  const afterInstant = ledgerBefore.filter(
    ({ at, captured }) => captured > 0 && at >= instant.getTime(),
  )
  const when = (bad, fault) => (bad ? [fault] : [])
  return [
    { check: 'the books agree', faults: books.agree ? [] : books.broken },
    {
      check: 'every charge after the instant is named',
      faults: afterInstant
        .filter(({ orderId }) => !named.has(orderId))
        .map(({ orderId }) => orderId),
    },
    {
      check: 'the bank keeps nothing of an order that is not there',
      faults: left.ledger
        .filter((row) => !known.has(row.orderId) && kept(row) !== 0)
        .map((row) => `${row.orderId}: ${kept(row)}`),
    },
    {
      check: 'nobody was charged twice, or paid back more than was taken',
      faults: left.ledger
        .filter((row) => row.captures > 1 || kept(row) < 0)
        .map(({ orderId }) => orderId),
    },
    {
      check: 'an order that a shopper saw paid is there, or its money went back',
      faults: gone.filter((id) => ledger.has(id) && kept(ledger.get(id)) !== 0),
    },
    {
      check: 'balancing again pays nothing back',
      faults: balanced.second.charges
        .filter(({ action }) => ['refund', 'refused', 'recreate', 'return'].includes(action))
        .map(({ orderId, action }) => `${orderId}: ${action}`),
    },
    { check: 'the copied log goes beyond the instant', faults: when(!cut.over, 'it ends before') },
    { check: 'the copy is a second behind at most', faults: when(lagMost > 1000, `${lagMost} ms`) },
    {
      check: 'the run proves something',
      faults: [
        ...when(after.length === 0, 'no charge came after the instant'),
        ...when(gone.length === 0, 'no order was lost'),
        ...when(cut.transactions === 0, 'nothing was replayed'),
        ...when(soldAfter === 0, 'nothing was sold afterwards'),
      ],
    },
  ]
}
