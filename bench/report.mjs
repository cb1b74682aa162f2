import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import path from 'node:path'

const sorted = (numbers) => numbers.toSorted((left, right) => left - right)
export const median = (numbers) => {
  const list = sorted(numbers)
  const middle = list.length >> 1
  return list.length % 2 ? list[middle] : (list[middle - 1] + list[middle]) / 2
}

const digits = (number) => (number >= 100 ? number.toFixed(0) : number.toFixed(1))

/** Medians of the rounds of one operation, and the ratio to the bare server. */
export const summarise = ({ operation, title, rounds }) => {
  const of = (side, key) => median(rounds.map((round) => round[side][key]))
  const ratios = sorted(rounds.map(({ shop, bare }) => shop.perSecond / bare.perSecond))
  return {
    operation,
    title,
    shop: {
      perSecond: of('shop', 'perSecond'),
      p50: of('shop', 'p50'),
      p99: of('shop', 'p99'),
      cpuPer1000: of('shop', 'cpuPer1000'),
    },
    bare: {
      perSecond: of('bare', 'perSecond'),
      p50: of('bare', 'p50'),
      p99: of('bare', 'p99'),
      cpuPer1000: of('bare', 'cpuPer1000'),
    },
    ratio: { median: median(ratios), min: ratios[0], max: ratios.at(-1) },
    rounds,
  }
}

export const table = (rows) => {
  const head = [
    'operation',
    'shop/s',
    'bare/s',
    'ratio (range)',
    'p50 ms',
    'p99 ms',
    'CPU s/1000',
    'bare CPU',
  ]
  const lines = rows.map(({ title, shop, bare, ratio }) => [
    title,
    digits(shop.perSecond),
    digits(bare.perSecond),
    `${ratio.median.toFixed(2)} (${ratio.min.toFixed(2)}-${ratio.max.toFixed(2)})`,
    String(shop.p50),
    String(shop.p99),
    shop.cpuPer1000.toFixed(2),
    bare.cpuPer1000.toFixed(2),
  ])
  const width = head.map((text, column) =>
    Math.max(text.length, ...lines.map((line) => line[column].length)),
  )
  const row = (cells) =>
    `| ${cells.map((cell, column) => cell.padEnd(width[column])).join(' | ')} |`
  return [
    row(head),
    `|${width.map((size) => '-'.repeat(size + 2)).join('|')}|`,
    ...lines.map(row),
  ].join('\n')
}

/** Where and of what the figures are. */
export const conditions = () => ({
  at: new Date().toISOString(),
  commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(),
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  node: process.version,
})

/** Writes the report of what was measured alone, `bench/reports/<date>-<name>.json`, and says so. */
export const writeReport = (name, report) => {
  const folder = path.join(import.meta.dirname, 'reports')
  mkdirSync(folder, { recursive: true })
  const file = path.join(folder, `${report.at.slice(0, 10)}-${name}.json`)
  writeFileSync(file, `${JSON.stringify(report, null, 1)}\n`)
  console.log(`written: ${path.relative(process.cwd(), file)}`)
}

const bar = (x, y, width, colour, label) =>
  `<rect x="${x}" y="${y}" width="${Math.max(1, width).toFixed(1)}" height="16" fill="${colour}"/>` +
  `<text x="${(x + width + 6).toFixed(1)}" y="${y + 13}">${label}</text>`

/** Two bars an operation, each operation on its own scale: they differ a hundredfold. */
export const chart = (rows, { at, cpu, cores, commit }) => {
  const height = 70 + rows.length * 56
  const groups = rows.map(({ title, shop, bare, ratio }, index) => {
    const y = 56 + index * 56
    const scale = 420 / Math.max(shop.perSecond, bare.perSecond)
    return [
      `<text x="16" y="${y + 22}" font-weight="bold">${title}</text>`,
      bar(
        140,
        y,
        shop.perSecond * scale,
        '#1f6f6b',
        `${digits(shop.perSecond)}/s MicroMart (${ratio.median.toFixed(2)}x)`,
      ),
      bar(140, y + 20, bare.perSecond * scale, '#b9b4a7', `${digits(bare.perSecond)}/s bare`),
    ].join('\n')
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" width="820" height="${height}" font-family="sans-serif" font-size="13">
<rect width="100%" height="100%" fill="#ffffff"/>
<text x="16" y="24" font-size="16">Requests a second, beside a bare Express + mysql2 server on the same machine</text>
<text x="16" y="42" fill="#666666">${at.slice(0, 10)}, ${cores} cores (${cpu}), load generator beside it, ${commit}</text>
${groups.join('\n')}
</svg>
`
}

const sumOf = (processes, pattern) =>
  processes.filter(({ command }) => pattern.test(command)).reduce((sum, { mib }) => sum + mib, 0)

/** Resident memory in one line: sidecars, apps, all of it. */
export const memoryLine = ({ idle, loaded }) => {
  const say = (list) =>
    `${sumOf(list, /daprd/)} MiB in sidecars, ${sumOf(list, /src\/main\.ts/)} MiB in apps and their restarters`
  return `resident memory without the stores: idle ${say(idle)}; after the load ${say(loaded)}`
}

/** Where the shop's CPU goes, in ms a request, the largest first. */
export const cpuLines = (rows) =>
  rows
    .map(({ title, rounds }) => {
      const { cpuByRole } = rounds.at(-1).shop
      const parts = Object.entries(cpuByRole)
        .toSorted(([, left], [, right]) => right - left)
        .filter(([, seconds]) => seconds >= 0.05)
        .map(([role, seconds]) => `${role} ${seconds.toFixed(1)}`)
      return `CPU of a ${title}, ms: ${parts.join(', ')}`
    })
    .join('\n')

/** How far the relays fell behind at worst, over all rounds. */
export const lagLines = (rows) =>
  rows
    .flatMap(({ title, rounds }) =>
      Object.keys(rounds[0].lag).map((app) => {
        const worst = (unit) => Math.max(...rounds.map(({ lag }) => lag[app][unit]))
        return `relay of ${app} during ${title}: at most ${worst('seconds').toFixed(2)} s and ${worst('events')} events behind\n`
      }),
    )
    .join('')
