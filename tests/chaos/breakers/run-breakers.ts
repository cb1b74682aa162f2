import { writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Bench } from '../proof/bench.ts'
import { comeToRest, judge } from '../proof/bench.ts'
import { conditions } from '../report/write.ts'
import { examine } from './examine.ts'
import { breakersPage, type Finding } from './findings.ts'
import { type Subject, subjectsOf } from './subjects.ts'

const edgeName = ({ caller, callee }: Subject): string => `${caller} -> ${callee}`

const saying = (edge: string, findings: readonly Finding[]): readonly string[] => [
  `  ${edge}: ${findings.every(({ right }) => right) ? 'good' : 'WRONG'}`,
  ...findings.map(({ what, right, seen }) => `    ${right ? 'ok   ' : 'WRONG'} ${what}: ${seen}`),
]

/** Every breaker of the checkout, through its states. */
export const runBreakers = async (bench: Bench, command: string): Promise<boolean> => {
  const { shop, world, report, say } = bench
  const { together, inTurn } = await subjectsOf(shop, world)
  const results: Record<string, readonly Finding[]> = {}
  const look = async (subject: Subject) => {
    const findings = await examine(bench, subject)
    results[edgeName(subject)] = findings
    saying(edgeName(subject), findings).forEach(say)
  }
  await Promise.all(together.map(look))
  for (const subject of inTurn) await look(subject)
  const violations = judge(bench, await comeToRest(bench))
  for (const each of violations.slice(0, 10)) say(`    ${each}`)
  const { at, commit, machine } = conditions(command)
  const made = `Made by \`${command}\`, ${at}, commit ${commit}, ${machine}.`
  const page = breakersPage(results, made)
  writeFileSync(path.join(report, 'breakers.md'), page)
  writeFileSync(path.join(report, 'breakers.json'), `${JSON.stringify(results, undefined, 1)}\n`)
  const isRight = (findings: readonly Finding[]) => findings.every(({ right }) => right)
  return Object.values(results).every(isRight) && violations.length === 0
}
