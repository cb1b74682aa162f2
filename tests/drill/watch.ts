import type { DrillFault } from './faults.ts'
import { until } from './until.ts'

type Labels = Readonly<Record<string, string>>
type Alert = { readonly labels: Labels; readonly state: string; readonly annotations: Labels }
type Notice = {
  readonly receiver: string
  readonly labels: Labels
  readonly status: string
  /** Unix time of its arrival, in ms. */
  readonly at: number
}

/** What a drill asks. */
export type Eyes = {
  readonly alerts: () => Promise<readonly Alert[]>
  readonly query: (query: string) => Promise<readonly unknown[]>
  readonly notices: readonly Notice[]
  /** Whether alerts of a severity are for a receiver. */
  readonly hears: (receiver: string, severity: string) => boolean
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
  /** It fired before its fault was made, so that nothing could be seen of it. */
  readonly isEarly?: boolean
  readonly queries?: string
}

type Expected = DrillFault['expects'][number]

const isOf = (given: Labels, { alert, labels = {} }: Expected) =>
  given['alertname'] === alert &&
  Object.entries(labels).every(([name, value]) => given[name] === value)

const firing = async ({ alerts }: Eyes, expected: Expected) =>
  (await alerts()).find(({ state, labels }) => state === 'firing' && isOf(labels, expected))

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
    async () =>
      eyes.notices.find(
        ({ receiver, status, at, labels: told }) =>
          status === 'firing' &&
          at >= began &&
          isOf(told, expected) &&
          eyes.hears(receiver, found.labels['severity'] ?? ''),
      ),
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
