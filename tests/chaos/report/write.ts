import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { countsOf, vacuous } from '../checker/check.ts'
import type { Evidence, Violation } from '../checker/evidence.ts'
import { type Conditions, markdown } from './markdown.ts'
import { timeline } from './timeline.ts'

const commit = (): string => {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
    }).trim()
  } catch {
    return 'unknown'
  }
}

export const conditions = (
  given: Pick<Conditions, 'seed' | 'minutes' | 'workers' | 'command'>,
): Conditions => ({
  ...given,
  commit: commit(),
  at: new Date().toISOString().slice(0, 16),
  machine: `${os.cpus().length} cores (${os.cpus()[0]?.model ?? 'unknown'}), Node ${process.versions.node}`,
})

/** Writes report.md, report.json and timeline.svg. */
export const writeReport = (
  folder: string,
  evidence: Evidence,
  violations: readonly Violation[],
  of: Conditions,
): void => {
  mkdirSync(folder, { recursive: true })
  const { faults, books } = evidence
  const counts = countsOf(evidence)
  const summary = { ...of, counts, vacuous: vacuous(counts), violations, faults, books }
  const write = (name: string, text: string) => writeFileSync(path.join(folder, name), text)
  write('report.json', `${JSON.stringify(summary, undefined, 1)}\n`)
  write('report.md', markdown(evidence, violations, of))
  write('timeline.svg', timeline(evidence, `Chaos run with seed ${of.seed}, commit ${of.commit}`))
  write('evidence.json', JSON.stringify(evidence))
}
