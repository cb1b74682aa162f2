import type { DrillFault } from './faults.ts'
import { until } from './until.ts'

type Labels = Readonly<Record<string, string>>
type Alert = { readonly labels: Labels; readonly state: string; readonly annotations: Labels }
type Notice = { readonly receiver: string; readonly alert: string; readonly status: string }

/** What a drill asks. */
export type Eyes = {
  readonly alerts: () => Promise<readonly Alert[]>
  readonly query: (query: string) => Promise<readonly unknown[]>
  readonly notices: readonly Notice[]
  /** What an alert's runbook has one ask. */
  readonly runbookQueries: (alert: string) => readonly string[]
}

/** How it went with one alert; seconds since the fault, or since it was mended. */
export type Seen = {
  readonly alert: string
  readonly labels: Labels
  readonly summary?: string
  readonly firedAfter?: number
  readonly clearedAfter?: number
  readonly receiver?: string
  readonly queries?: string
}

type Expected = DrillFault['expects'][number]

const firing = async ({ alerts }: Eyes, { alert, labels = {} }: Expected) =>
  (await alerts()).find(
    (each) =>
      each.state === 'firing' &&
      each.labels['alertname'] === alert &&
      Object.entries(labels).every(([name, value]) => each.labels[name] === value),
  )

const since = (began: number) => Math.round((Date.now() - began) / 100) / 10

/** How many of a runbook's queries have an answer while its alert fires. */
const triedQueries = async ({ query, runbookQueries }: Eyes, alert: string) => {
  const all = runbookQueries(alert)
  const answers = await Promise.all(all.map((each) => query(each).catch(() => [])))
  return `${answers.filter((answer) => answer.length > 0).length} of ${all.length}`
}

/** Waits until an alert fires, and asks what its runbook asks. */
export const seeFire = async (eyes: Eyes, expected: Expected, began: number): Promise<Seen> => {
  const { alert, labels = {} } = expected
  const found = await until(() => firing(eyes, expected), 180_000)
  if (!found) return { alert, labels }
  const firedAfter = since(began)
  const queries = await triedQueries(eyes, alert)
  const told = await until(
    async () => eyes.notices.find((each) => each.alert === alert && each.status === 'firing'),
    20_000,
  )
  const { summary = '' } = found.annotations
  return { alert, labels, summary, firedAfter, queries, ...(told && { receiver: told.receiver }) }
}

/** Waits until it fires no more. */
export const seeClear = async (eyes: Eyes, seen: Seen, healedAt: number): Promise<Seen> => {
  const gone = async () => ((await firing(eyes, seen)) ? undefined : true)
  const cleared = await until(gone, 360_000)
  return cleared ? { ...seen, clearedAfter: since(healedAt) } : seen
}
