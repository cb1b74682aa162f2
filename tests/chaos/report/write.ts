import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { countsOf, vacuous } from '../checker/check.ts'
import type { Evidence, Violation } from '../checker/evidence.ts'
import { type Conditions, type Made, markdown } from './markdown.ts'
import { timeline } from './timeline.ts'

/** Of this checkout, short. */
export const commit = (): string => {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
    }).trim()
  } catch {
    return 'unknown'
  }
}

export const conditions = (command: string): Made => ({
  command,
  commit: commit(),
  at: new Date().toISOString().slice(0, 16),
  machine: `${os.cpus().length} cores (${os.cpus()[0]?.model ?? 'unknown'}), Node ${process.versions.node}`,
})

type Judged = {
  readonly evidence: Evidence
  readonly violations: readonly Violation[]
  readonly of: Conditions
}

/** Writes report.md, report.json and timeline.svg: small enough to be kept. */
export const writeReport = (folder: string, { evidence, violations, of }: Judged): void => {
  mkdirSync(folder, { recursive: true })
  const { faults, books, sale, restMs, machine, surprises } = evidence
  const counts = countsOf(evidence)
  const verdict = { counts, vacuous: vacuous(counts), violations, books, sale }
  const summary = { ...of, ...verdict, restMs, machine, surprises, faults }
  const write = (name: string, text: string) => writeFileSync(path.join(folder, name), text)
  write('report.json', `${JSON.stringify(summary, undefined, 1)}\n`)
  write('report.md', markdown(evidence, violations, of))
  write('timeline.svg', timeline(evidence, `Chaos run with seed ${of.seed}, commit ${of.commit}`))
}

/** All that the checker saw. */
export const writeEvidence = (folder: string, evidence: Evidence): void =>
  writeFileSync(path.join(folder, 'evidence.json'), JSON.stringify(evidence))

/** With the matrix its results: so that it can be gone on with from where it is kept. */
const pages = ['matrix.md', 'matrix.json', 'breakers.md', 'broken.md']

/** Copies the pages of the proofs that were made to where they are committed. */
export const keepPages = (from: string, to: string): void => {
  for (const page of pages) {
    const file = path.join(from, page)
    if (existsSync(file)) copyFileSync(file, path.join(to, page))
  }
}
