import { reconcileText } from '../../scripts/lib/terminal/restore-text.mjs'
import { checksOf, figuresOf } from './checks.mjs'

const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`

/** How many charges, and how the orders stand in the end that are there. */
const endOf = (charges, orders) => {
  const ids = new Set(charges.map(({ orderId }) => orderId))
  const found = Object.groupBy(
    orders.filter(({ id }) => ids.has(id)),
    ({ status }) => status,
  )
  const ends = Object.entries(found).map(([status, of]) => `${of.length} ${status}`)
  return [charges.length, ...ends].join(', ')
}

const rowsOf = (facts) => {
  const { lagMedian, lagMost, after, by, gone } = figuresOf(facts)
  const { instant, lostAt, baseMs, planMs, loadMs, outageMs, cut, balanced, seen, left, books } =
    facts
  return [
    ['base, under load', seconds(baseMs)],
    [
      'copy of the log behind the server, median / most',
      `${lagMedian.toFixed(0)} ms / ${lagMost.toFixed(0)} ms`,
    ],
    ['database dropped at', lostAt.toISOString()],
    [
      'instant of the restore',
      `${instant.toISOString()}, ${seconds(lostAt - instant)} before by choice`,
    ],
    ['finding the place in the log', seconds(planMs)],
    ['loading the base and replaying', `${seconds(loadMs)}, ${cut.transactions} transactions`],
    ['balancing against the provider', seconds(balanced.ms)],
    ['from the stop of all services to all ready again (RTO)', seconds(outageMs)],
    ['orders that shoppers saw paid before the loss', seen.length],
    ['of them after the instant, and gone', gone.length],
    ['charges after the instant, each named', after.length],
    ...Object.entries(by).map(([action, of]) => [`- ${action}`, endOf(of, left.orders)]),
    ['orders in the end', left.orders.length],
    ['books', books.agree ? 'agree' : `broken: ${books.broken.join('; ')}`],
  ]
}

/** The report as a page. */
export const recoveryReport = (facts, settings) => {
  const rows = rowsOf(facts).map(([what, value]) => `| ${what} | ${value} |`)
  const checks = checksOf(facts).map(
    ({ check, faults }) => `| ${check} | ${faults.length === 0 ? 'holds' : faults.join(', ')} |`,
  )
  const { seed, workers, seconds: length, lostSeconds } = settings
  return `# A lost database, restored

\`npm run verify:backup -- --seed ${seed} --workers ${workers} --seconds ${length} --lost ${lostSeconds}\`, ${facts.lostAt.toISOString().slice(0, 10)}. [Backup](../backup.md) says what is done, and what the words mean.

| what | |
| --- | --- |
${rows.join('\n')}

| what must hold | |
| --- | --- |
${checks.join('\n')}

## Each charge

\`\`\`
${reconcileText(facts.balanced.first, facts.instant, true)}
\`\`\`
`
}
