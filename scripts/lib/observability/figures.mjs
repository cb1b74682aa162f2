const plain = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 })
const percent = new Intl.NumberFormat('en', { style: 'percent', maximumSignificantDigits: 3 })

const stepsOf = (steps) => (value) => {
  if (value === 0) return '0'
  const [size, name] = steps.find(([least]) => Math.abs(value) >= least) ?? steps.at(-1)
  return `${plain.format(value / size)} ${name}`
}

const seconds = stepsOf([
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
  [1, 's'],
  [0.001, 'ms'],
])

const units = {
  short: (value) => plain.format(value),
  percentunit: (value) => percent.format(value),
  reqps: (value) => `${plain.format(value)}/s`,
  s: seconds,
  ms: (value) => seconds(value / 1000),
  bytes: stepsOf([
    [2 ** 30, 'GiB'],
    [2 ** 20, 'MiB'],
    [1, 'B'],
  ]),
}

/** A number as a panel of that unit shows it. */
export const figure = (value, unit) => units[unit](value)
