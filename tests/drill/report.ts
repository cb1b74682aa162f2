import type { Seen } from './watch.ts'

/** What one fault brought about. */
export type Drilled = { readonly what: string; readonly seen: readonly Seen[] }

const seconds = (value: number | undefined) => (value === undefined ? '**never**' : `${value} s`)

const labelsText = (labels: Readonly<Record<string, string>>) =>
  Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ')

const row = (what: string, seen: Seen) => {
  const { alert, labels, firedAfter, clearedAfter, receiver = '-', queries = '-' } = seen
  const name = `[${alert}](../runbooks/${alert}.md) ${labelsText(labels)}`.trim()
  const cells = [what, name, seconds(firedAfter), seconds(clearedAfter), receiver, queries]
  return `| ${cells.join(' | ')} |`
}

/** What an alert should have done and did not. */
export const missedBy = ({ firedAfter, clearedAfter, receiver }: Seen): readonly string[] => {
  if (firedAfter === undefined) return ['it did not fire']
  if (receiver === undefined) return ['nobody heard of it']
  return clearedAfter === undefined ? ['it did not clear'] : []
}

const isGood = (seen: Seen) => missedBy(seen).length === 0

/** The report as Markdown. */
export const drillReport = (
  all: readonly Drilled[],
  of: { readonly at: string; readonly scale: number; readonly took: string },
) => {
  const seen = all.flatMap((each) => each.seen)
  return `# Alerts on a running shop

Written by \`npm run alerts -- drill --keep\` on ${of.at}; it took ${of.took}. A private shop with a proxy on every connection is bought from by some shoppers; Prometheus scrapes it every three
seconds with the shipped rules, every window, wait and age ${of.scale} times shorter (5 minutes are ${300 / of.scale} s). Each fault is made, the alert is waited for in Prometheus, the fault
is mended, and the alert must end; none is made while an alert that it is to raise still fires. Alertmanager runs with the shipped routes, and what each receiver hears is noted. Seconds are those of a machine that others use, too.

| fault | alert | fired after | cleared after | heard by | queries of the runbook with an answer |
| --- | --- | --- | --- | --- | --- |
${all.flatMap(({ what, seen: own }) => own.map((each) => row(what, each))).join('\n')}

${seen.filter(isGood).length} of ${seen.length} alerts fired and cleared. What they said:

${seen.map(({ alert, summary = '-' }) => `- ${alert}: ${summary}`).join('\n')}
`
}
