/** Windows over which errors are averaged, after Google's SRE workbook, chapter 5. */
const windows = ['30m', '1h', '2h', '6h', '1d', '3d', '30d']

/** How often the budget may be spent faster than in 30 days, seen over a long window and a short one that says "still". */
const burns = {
  ErrorBudgetBurnsFast: [
    { factor: 14.4, long: '1h', short: '5m' },
    { factor: 6, long: '6h', short: '30m' },
  ],
  ErrorBudgetBurnsSlowly: [
    { factor: 3, long: '1d', short: '2h' },
    { factor: 1, long: '3d', short: '6h' },
  ],
}

/** Begins at 0 for each route: the first failures after a start would not be seen in a series that begins with them. */
const answers = 'micromart_requests_total'
const histogram = 'http_server_request_duration_seconds'

const routesOf = ({ method, routes }) => {
  const pattern = routes.map((route) => route.replaceAll(/[{}.]/g, String.raw`\\$&`)).join('|')
  return `http_request_method=~"${method}",http_route=~"${pattern}"`
}

const rate = (metric, selector) => `sum(rate(${metric}{${selector}}[5m]))`

const answered = 'http_response_status_code!~"5.."'

/** Of each kind of indicator: which requests count, and which of them are bad. */
const indicators = {
  availability: (of) => ({
    all: rate(answers, of),
    bad: `(${rate(answers, `${of},outcome="failed"`)} or vector(0))`,
  }),
  latency: (of, { seconds }) => ({
    all: rate(`${histogram}_count`, `${of},${answered}`),
    bad: `(${rate(`${histogram}_count`, `${of},${answered}`)} - ${rate(`${histogram}_bucket`, `${of},${answered},le="${seconds}"`)})`,
  }),
}

const indicatorRules = (slo, sli) => {
  const { all, bad } = indicators[sli](routesOf(slo), slo[sli])
  const labels = { slo: slo.name, sli }
  const budget = Number((1 - slo[sli].percent / 100).toFixed(6))
  return [
    { record: 'slo:requests:rate5m', expr: all, labels },
    { record: 'slo:bad_requests:rate5m', expr: bad, labels },
    { record: 'slo:error_budget:ratio', expr: `vector(${budget})`, labels },
  ]
}

const ratioRules = [
  { record: 'slo:errors:ratio_rate5m', expr: 'slo:bad_requests:rate5m / slo:requests:rate5m' },
  ...windows.map((window) => ({
    record: `slo:errors:ratio_rate${window}`,
    expr: `sum_over_time(slo:bad_requests:rate5m[${window}]) / sum_over_time(slo:requests:rate5m[${window}])`,
  })),
  {
    record: 'slo:error_budget_left:ratio',
    expr: '1 - slo:errors:ratio_rate30d / slo:error_budget:ratio',
  },
]

const burning = ({ factor, long, short }) => {
  const over = (window) =>
    `slo:errors:ratio_rate${window} > on (slo, sli) ${factor} * slo:error_budget:ratio`
  return `(${over(long)} and on (slo, sli) ${over(short)})`
}

const said = {
  ErrorBudgetBurnsFast: {
    severity: 'page',
    summary:
      '{{ $labels.slo }}: {{ $value | humanizePercentage }} of the requests miss the {{ $labels.sli }} objective',
    description: 'At this pace the budget of 30 days is gone in days: shoppers see errors or wait.',
  },
  ErrorBudgetBurnsSlowly: {
    severity: 'ticket',
    summary:
      '{{ $labels.slo }}: {{ $value | humanizePercentage }} of the requests miss the {{ $labels.sli }} objective',
    description:
      'The budget of 30 days will not last: find what fails before somebody has to be woken.',
  },
}

const burnRule = ([alert, rates]) => {
  const { severity, summary, description } = said[alert]
  return {
    alert,
    expr: rates.map(burning).join(' or '),
    labels: { severity, owner: 'checkout' },
    annotations: { summary, description, dashboard: 'micromart-slo' },
  }
}

/** Recording and alerting rules of a list of service level objectives. */
export const sloGroups = (slos) => [
  {
    name: 'slo-indicators',
    interval: '30s',
    rules: slos.flatMap((slo) =>
      Object.keys(indicators).flatMap((sli) => indicatorRules(slo, sli)),
    ),
  },
  {
    name: 'slo-burn',
    interval: '30s',
    rules: [...ratioRules, ...Object.entries(burns).map(burnRule)],
  },
]
