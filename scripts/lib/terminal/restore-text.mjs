const words = {
  refund: 'no order: given back at the provider',
  refused: 'no order, and the provider REFUSES to give it back: pay it by another way',
  recreate: 'its payment is made anew, the shop goes on with the order',
  return: 'not of this order as it is now: the shop gives it back',
  ask: 'under way: the shop asks the provider',
  tell: 'ended otherwise: the provider tells it again',
  known: 'known on both sides',
  nothing: 'no order, and nothing is kept',
}

const amountOf = ({ amount, currency }) => `${(amount / 100).toFixed(2)} ${currency}`

/** What would be done, where it differs. */
const wouldBe = { ...words, refund: 'no order: would be given back at the provider' }

const lineOf = (charge, said) =>
  [
    charge.at,
    charge.orderId,
    amountOf(charge).padStart(14),
    `${charge.charge}  ${said[charge.action]}`,
  ].join('  ')

/** What became of the charges since an instant, a line each; those from before it only where something was done. */
export const reconcileText = ({ charges, told }, instant, really) => {
  const shown = charges.filter(
    ({ after, action }) => after || !['known', 'nothing'].includes(action),
  )
  const after = charges.filter(({ after: isAfter }) => isAfter).length
  const counts = Object.entries(Object.groupBy(shown, ({ action }) => action))
    .map(([action, of]) => `${of.length} ${action}`)
    .join(', ')
  const end = really ? `${told} notices go out again` : 'nothing is done without --yes'
  return [
    ...shown.map((charge) => lineOf(charge, really ? words : wouldBe)),
    '',
    `${after} charges since ${instant.toISOString()}; ${counts || 'nothing to do'}; ${end}`,
  ].join('\n')
}

const endOf = ({ over, torn, last }, until) => {
  if (over) return `to ${until.toISOString()}`
  const end = last ? `to its end at ${last.toISOString()}` : 'to its end'
  return torn ? `${end}; the copy breaks off there, in the middle of an event` : end
}

/** What a restore is about to do. */
export const planText = ({ base, cut }, until) =>
  `base of ${base.time.toISOString()}, then ${cut.transactions} transactions of the log, ${endOf(cut, until)}`
