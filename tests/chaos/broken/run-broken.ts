import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Bench, comeToRest, judge, untilBuying } from '../proof/bench.ts'
import { conditions } from '../report/write.ts'
import { type Build, brokenBuilds } from './builds.ts'
import { scratchCopy } from './scratch.ts'

/** A broken shop may never come to rest. */
const patienceMs = 15_000

type Result = {
  readonly name: string
  readonly expects: readonly string[]
  /** Invariants that the checker flags; of the sound build there must be none. */
  readonly flagged: readonly string[]
  readonly sound: readonly string[] | undefined
  readonly caught: boolean
}

const invariantsOf = (violations: readonly string[]): readonly string[] => [
  ...new Set(violations.map((each) => each.split(':')[0] ?? '')),
]

const provoked = async (bench: Bench, { provoke }: Build): Promise<readonly string[]> => {
  await provoke(bench)
  return judge(bench, await comeToRest(bench, patienceMs))
}

/** The services of a build in the running shop, its own code again afterwards. */
const withBuild = async <T>(
  bench: Bench,
  { apps, edits }: Build,
  work: () => Promise<T>,
): Promise<T> => {
  const { renew } = bench.shop.processes
  const folder = path.join(bench.shop.home, 'broken')
  scratchCopy(folder, edits)
  await Promise.all(apps.map((app) => renew(app, { folder })))
  await untilBuying(bench)
  try {
    return await work()
  } finally {
    await Promise.all(apps.map((app) => renew(app)))
    await untilBuying(bench)
    judge(bench, await comeToRest(bench, patienceMs)) // what it left behind is told of
  }
}

/** The sound shop first, when it is wanted: what is done to the broken one must not be what the checker flags. */
const tryBuild = async (bench: Bench, build: Build, trySound: boolean): Promise<Result> => {
  const { name, expects } = build
  const sound = trySound ? await provoked(bench, build) : undefined
  const violations = await withBuild(bench, build, () => provoked(bench, build))
  const flagged = invariantsOf(violations)
  const isCaught = expects.some((invariant) => flagged.includes(invariant))
  for (const each of violations.slice(0, 3)) bench.say(`    ${each}`)
  for (const each of sound ?? []) bench.say(`    sound: ${each}`)
  return { name, expects, flagged, sound, caught: isCaught && (sound ?? []).length === 0 }
}

const page = (results: readonly Result[], made: string): string => `# Builds with a known fault

${made} The services named run with the fault in the shop that ran before; what is done to them the sound services bear without a violation.

| build | the checker must flag | it flags | sound |
| --- | --- | --- | --- |
${results
  .map(
    ({ name, expects, flagged, sound, caught }) =>
      `| ${name} | ${expects.join(' or ')} | ${caught ? flagged.join(', ') : `**${flagged.join(', ') || 'nothing'}**`} | ${sound === undefined ? 'not tried' : sound.join(', ') || 'nothing'} |`,
  )
  .join('\n')}
`

/** Replaces services of the running shop by broken ones: a checker that passes one of them is no checker. */
export const runBroken = async (
  bench: Bench,
  { trySound }: { readonly trySound: boolean },
  command: string,
): Promise<boolean> => {
  const results: Result[] = []
  for (const build of brokenBuilds) {
    const result = await tryBuild(bench, build, trySound)
    results.push(result)
    const { name, flagged, caught } = result
    bench.say(`  ${name}: ${caught ? 'caught' : 'NOT CAUGHT'} (${flagged.join(', ') || 'nothing'})`)
  }
  const { at, commit, machine } = conditions(command)
  const made = `Made by \`${command}\`, ${at}, commit ${commit}, ${machine}.`
  writeFileSync(path.join(bench.report, 'broken.md'), page(results, made))
  writeFileSync(
    path.join(bench.report, 'broken.json'),
    `${JSON.stringify(results, undefined, 1)}\n`,
  )
  return results.every(({ caught }) => caught)
}
