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

const lineOf = (charge) =>
  [
    charge.at,
    charge.orderId,
    amountOf(charge).padStart(14),
    `${charge.charge}  ${words[charge.action]}`,
  ].join('  ')

/** What became of the charges since an instant, a line each; those from before it only where something was done. */
export const reconcileText = ({ charges, told }, instant) => {
  const shown = charges.filter(
    ({ after, action }) => after || !['known', 'nothing'].includes(action),
  )
  const after = charges.filter(({ after: isAfter }) => isAfter).length
  const counts = Object.entries(Object.groupBy(shown, ({ action }) => action))
    .map(([action, of]) => `${of.length} ${action}`)
    .join(', ')
  return [
    ...shown.map(lineOf),
    '',
    `${after} charges since ${instant.toISOString()}; ${counts || 'nothing to do'}; ${told} notices go out again`,
  ].join('\n')
}

const endOf = ({ over, last }, until, asked) => {
  if (over) return `to ${until.toISOString()}`
  return [
    'to its end',
    ...(last ? [`at ${last.toISOString()}`] : []),
    ...(asked ? [`(it does not reach ${until.toISOString()})`] : []),
  ].join(' ')
}

/**
 * What a restore is about to do.
 * @param asked whether an instant was named, and not all that there is
 */
export const planText = ({ base, files, cut }, until, asked) =>
  files.length === 0
    ? `base of ${base.time.toISOString()}, and no log that leads on from it`
    : `base of ${base.time.toISOString()}, then ${cut.transactions} transactions of the log, ${endOf(cut, until, asked)}`
