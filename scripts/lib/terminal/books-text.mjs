const lineOf = ({ id, title, holds, checked, violationCount }) => {
  const verdict = holds ? 'ok' : `BROKEN ${violationCount}`
  return `${id.padEnd(4)} ${verdict.padEnd(10)} ${String(checked).padStart(9)}  ${title}`
}

const violationLines = ({ violations, violationCount }) => {
  const more = violationCount - violations.length
  return [
    ...violations.map(({ subject, message }) => `       ${subject}  ${message}`),
    ...(more > 0 ? [`       and ${more} more`] : []),
  ]
}

/** The books as a table for people: each invariant, how much was compared, and what breaks it. */
export const booksText = ({ consistent, checkedAt, cut, invariants }) => {
  const broken = invariants.filter(({ holds }) => !holds)
  const verdict = consistent
    ? 'All stores agree.'
    : `${broken.length} of ${invariants.length} invariants broken: ${broken.map(({ id }) => id).join(', ')}.`
  return [
    `${'No'.padEnd(4)} ${''.padEnd(10)} ${'checked'.padStart(9)}`,
    ...invariants.flatMap((one) => [lineOf(one), ...violationLines(one)]),
    '',
    `${verdict} Checked at ${checkedAt}; what changed after ${cut} was left out.`,
  ].join('\n')
}
