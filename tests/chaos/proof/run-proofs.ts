import path from 'node:path'
import { runBreakers } from '../breakers/run-breakers.ts'
import { runBroken } from '../broken/run-broken.ts'
import { openWorld, type Settings } from '../experiment.ts'
import { openHistory } from '../load/history.ts'
import { casesOf, coveringCases } from '../matrix/cases.ts'
import { runMatrix } from '../matrix/run-matrix.ts'
import { randomFrom } from '../plan/random.ts'
import type { Shop } from '../shop/handle.ts'
import type { Bench } from './bench.ts'

/** Which proofs, and how much of each. */
export type Wanted = {
  readonly matrix: boolean
  readonly breakers: boolean
  readonly broken: boolean
  /** Of the matrix a few cases that meet every step and every fault, as the seed wants; the builds without a try of the sound one. */
  readonly cover: boolean
  /** Goes on with the matrix of the report before. */
  readonly resume: boolean
  /** Names of steps; all without. */
  readonly steps: readonly string[]
}

const casesFor = (seed: string, { cover, steps }: Wanted) =>
  cover ? coveringCases(randomFrom(`${seed}/matrix`)) : casesOf(steps)

const benchOf = async (
  shop: Shop,
  settings: Settings,
  history: Bench['history'],
): Promise<Bench> => {
  const { pulse, say, report, patienceMs, seed } = settings
  const world = await openWorld(shop, history, { ...settings, minutes: 0.1, workers: 0 })
  const base = { shop, world, history, pulse, say, report, patienceMs, seed }
  return { ...base, known: new Set(), redisLosses: [] }
}

/** One shop for all proofs; broken builds come last, for they leave a mess. @returns whether all of it holds */
export const runProofs = async (
  shop: Shop,
  settings: Settings & { readonly command: string },
  wanted: Wanted,
): Promise<boolean> => {
  const { report, seed, command, say } = settings
  await using history = openHistory(path.join(report, 'history.ndjson'))
  const bench = await benchOf(shop, settings, history)
  const good: boolean[] = []
  const prove = async (name: string, isWanted: boolean, work: () => Promise<boolean>) => {
    if (!isWanted) return
    say(`> ${name}`)
    const began = performance.now()
    good.push(await work())
    say(`    done in ${Math.round((performance.now() - began) / 1000)} s`)
  }
  await prove('Circuit breakers', wanted.breakers, () => runBreakers(bench, command))
  const matrix = { cases: casesFor(seed, wanted), resume: wanted.resume, command }
  await prove('Matrix', wanted.matrix, () => runMatrix(bench, matrix))
  await prove('Broken builds', wanted.broken, () =>
    runBroken(bench, { trySound: !wanted.cover }, command),
  )
  return good.every(Boolean)
}
