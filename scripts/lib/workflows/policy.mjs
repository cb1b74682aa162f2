/** Rights to write, and the one workflow with the jobs that have them. All others read. */
const writers = {
  'security.yml': { codeql: ['security-events'], scorecard: ['security-events'] },
  'images.yml': {
    build: ['packages'],
    join: ['packages'],
    vouch: ['packages', 'id-token', 'attestations'],
  },
  'deploy.yml': { deploy: ['id-token'] },
  'rollback.yml': { rollback: ['id-token'] },
  // A caller lends what the called one has.
  'delivery.yml': { images: ['packages', 'id-token', 'attestations'], staging: ['id-token'] },
  'release.yml': { production: ['id-token'], publish: ['contents', 'packages'] },
}

const stepsOf = ({ jobs }) =>
  jobs.flatMap(([job, { steps = [] }]) => steps.map((step) => ({ job, ...step })))

const usesOf = ({ jobs, ...workflow }) => [
  ...stepsOf({ jobs, ...workflow }).filter(({ uses }) => uses),
  ...jobs.filter(([, { uses }]) => uses).map(([job, { uses }]) => ({ job, uses })),
]

const isOwn = (uses) => uses.startsWith('./.github/workflows/')

/** A commit that somebody made up to fill the place. */
const isMadeUp = (commit) =>
  new Set(commit).size < 6 || /^(0123|1234|abcd|dead|c0ffee)/.test(commit)

const releasesIn = (text) =>
  [...text.matchAll(/uses: ([\w./-]+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)$/gm)].map(
    ([, action, commit, release]) => ({
      action: action.split('/').slice(0, 2).join('/'),
      commit,
      release,
    }),
  )

const pinned = ({ text, ...workflow }) => {
  const lines = text.split('\n').filter((line) => /^\s*(?:- )?uses:/.test(line))
  const foreign = lines.filter((line) => !isOwn(line.replace(/^\s*(?:- )?uses:\s*/, '')))
  const bad = foreign.filter((line) => releasesIn(line).length === 0)
  const hidden = usesOf(workflow).length !== lines.length ? ['a uses: that is not on its line'] : []
  const madeUp = releasesIn(text).filter(({ commit }) => isMadeUp(commit))
  return [
    ...bad.map((line) => line.trim()),
    ...hidden,
    ...madeUp.map(({ action, commit }) => `${action}@${commit} is no commit of a release`),
  ]
}

const writesOf = (permissions) =>
  typeof permissions === 'string'
    ? [permissions]
    : Object.entries(permissions ?? {})
        .filter(([, right]) => right !== 'read' && right !== 'none')
        .map(([name]) => name)

/** A right to write is none of a pull request's, not even one that the table lists. */
const isKeptFrom = (job) => /github\.event_name != 'pull_request'/.test(job.if ?? '')

const rights = ({ name, on, permissions, jobs }) => [
  ...(JSON.stringify(permissions) === '{}' ? [] : ['the workflow itself has rights']),
  ...jobs
    .filter(([, job]) => !job.permissions)
    .map(([id]) => `${id} does not say which rights it has`),
  ...jobs.flatMap(([id, job]) =>
    writesOf(job.permissions)
      .filter((right) => !writers[name]?.[id]?.includes(right))
      .map((right) => `${id} may not have ${right}: write`),
  ),
  ...jobs
    .filter(([, job]) => Object.hasOwn(on, 'pull_request') && !isKeptFrom(job))
    .flatMap(([id, job]) => writesOf(job.permissions).map((right) => [id, right]))
    .map(([id, right]) => `${id} has ${right}: write for a pull request, too`),
]

const runnerForm = /^(?:ubuntu-\d\d\.\d\d(?:-arm)?|\$\{\{ matrix\.runner \}\})$/

const bounded = ({ jobs }) =>
  jobs
    .filter(([, { uses }]) => !uses)
    .flatMap(([id, job]) => [
      ...(Number.isInteger(job['timeout-minutes']) ? [] : [`${id} may run for ever`]),
      ...(runnerForm.test(job['runs-on']) ? [] : [`${id} runs on ${job['runs-on']}`]),
    ])

const credentials = (workflow) =>
  stepsOf(workflow)
    .filter(({ uses }) => uses?.startsWith('actions/checkout@'))
    .filter((step) => step.with?.['persist-credentials'] !== false)
    .map(({ job }) => `${job}: the checkout keeps its token`)

const npmForm = /^npm run (?:--silent )?"?([\w:$-]+)"?(?: -- [^;&|`]*)?(?: > [\w./-]+)?$/

/** `test:$TESTS` is one of those that begin so. */
const isKnown = (script, scripts) => {
  const [fixed, variable] = script.split('$')
  return variable === undefined
    ? Object.hasOwn(scripts, script)
    : Object.keys(scripts).some((name) => name.startsWith(fixed))
}

const scriptFaults = (line, { scripts }) => {
  if (line === 'npm ci' || line === 'exit 1') return []
  const [, script] = npmForm.exec(line) ?? []
  if (!script) return [`"${line}" is no npm script`]
  if (/\$\(/.test(line)) return [`"${line}" runs something inside`]
  return isKnown(script, scripts) ? [] : [`there is no npm script ${script}`]
}

const steps = (workflow, facts) =>
  stepsOf(workflow)
    .filter(({ run }) => run !== undefined)
    .flatMap(({ run, shell }) => [
      ...run
        .trim()
        .split('\n')
        .flatMap((line) => scriptFaults(line.trim(), facts)),
      ...(shell ? [`"${run}" asks for the shell ${shell}`] : []),
    ])

const strangers = (workflow) => [
  ...stepsOf(workflow)
    .filter(({ run }) => run?.includes('${{'))
    .map(({ run }) => `"${run.trim()}" is put together from an expression`),
  ...['pull_request_target', 'workflow_run', 'issue_comment']
    .filter((event) => Object.hasOwn(workflow.on, event))
    .map((event) => `it runs on ${event}`),
]

/** Workflows that a pull request runs, the called ones with them. */
const isOfPullRequests = ({ name, on }, { workflows }) =>
  Object.hasOwn(on, 'pull_request') ||
  workflows.some(
    (other) =>
      Object.hasOwn(other.on, 'pull_request') &&
      other.jobs.some(([, { uses }]) => uses === `./.github/workflows/${name}`),
  )

/** Lasting secrets, each of one environment: what staging's tests log in with. */
const lasting = { 'deploy.yml': ['MICROMART_ACCOUNTS'] }

const secretive = (workflow, facts) => {
  const inherits = workflow.jobs.filter(([, job]) => job.secrets === 'inherit')
  const named = [...workflow.text.matchAll(/secrets\.(?!GITHUB_TOKEN\b)(\w+)/g)]
  const ofStrangers = isOfPullRequests(workflow, facts) ? workflow.jobs : []
  return [
    ...inherits.map(([id]) => `${id} hands on every secret`),
    ...named
      .filter(([, secret]) => !lasting[workflow.name]?.includes(secret))
      .map(([text]) => `it reads ${text}: there are no lasting keys`),
    ...ofStrangers
      .filter(([, job]) => job.environment)
      .map(([id]) => `${id} of a pull request has an environment`),
  ]
}

const guarded = ({ on, concurrency, jobs }) => {
  const isCalled = Object.keys(on).every((event) => event === 'workflow_call')
  const deploying = jobs.filter(([, job]) => job.environment)
  return [
    ...(isCalled || concurrency?.group ? [] : ['two of it may run at once']),
    ...deploying
      .filter(([, job]) => (job.concurrency ?? concurrency)?.['cancel-in-progress'] !== false)
      .map(([id]) => `${id} may be cancelled halfway`),
  ]
}

const imageForm = /^[\w./-]+:\d+\.\d+\.\d+[\w.-]*(?:@sha256:[0-9a-f]{64})?$/

const valuesOf = (place, job) => {
  const [, key, field] = /^\$\{\{ matrix\.(\w+)\.(\w+) \}\}$/.exec(place) ?? []
  return key ? job.strategy.matrix[key].map((each) => each[field]) : [place]
}

const images = ({ jobs }) =>
  jobs.flatMap(([id, job]) =>
    Object.values({ ...job.services, ...(job.container && { container: job.container }) })
      .flatMap(({ image }) => valuesOf(image, job))
      .filter((image) => !imageForm.test(image))
      .map((image) => `${id} takes ${image}`),
  )

const builds = /(?:images -- build|publish:images -- build)/

/** What goes to an environment was built before, by images.yml, and is named by digest. */
const digests = (workflow) => {
  const deploying = workflow.jobs.filter(([, job]) => job.environment).map(([id]) => id)
  const of = stepsOf(workflow).filter(({ job }) => deploying.includes(job))
  const pushing = stepsOf(workflow).filter(({ run }) => /publish:images -- build/.test(run))
  return [
    ...of.filter(({ run }) => builds.test(run)).map(({ job }) => `${job} builds what it deploys`),
    ...of
      .filter(({ run }) => /deploy -- deploy\b/.test(run) && !/--digests \S+/.test(run))
      .map(({ job }) => `${job} deploys without digests`),
    ...(workflow.name === 'images.yml'
      ? []
      : pushing.map(({ job }) => `${job} pushes images of its own`)),
  ]
}

/** What a matrix says of a place such as `${{ matrix.part }}`. */
const matrixOf = (job, name) => job.strategy?.matrix?.[name] ?? []

/** Each image is looked through for known holes, by a job for each part. */
const scans = ({ jobs }, { parts }) =>
  jobs.flatMap(([id, job]) =>
    (job.steps ?? [])
      .filter(({ uses }) => uses?.startsWith('anchore/scan-action@'))
      .flatMap((step) => {
        const [, name] = /\$\{\{ matrix\.(\w+) \}\}/.exec(step.with?.image ?? '') ?? []
        const scanned = name ? matrixOf(job, name) : []
        const missing = parts.filter((part) => !scanned.includes(part))
        return missing.length > 0 ? [`${id} does not scan ${missing.join(', ')}`] : []
      }),
  )

/** Pull requests write the caches of actions; ci.yml alone takes them. */
const caches = ({ name, ...workflow }) => {
  if (name === 'ci.yml') return []
  const all = stepsOf(workflow)
  const setups = all.filter(({ uses }) => uses?.startsWith('actions/setup-node@'))
  return [
    ...setups
      .filter((step) => step.with?.['package-manager-cache'] !== false || step.with.cache)
      .map(({ job }) => `${job}: setup-node keeps packages of earlier runs`),
    ...all
      .filter(({ uses }) => uses?.startsWith('actions/cache'))
      .map(({ job }) => `${job} has a cache`),
  ]
}

/** What is deployed is tried by shoppers everywhere, and from end to end where nobody buys for real. */
const tried = (workflow) => {
  const all = stepsOf(workflow)
  const at = (form) => all.findLastIndex(({ run }) => form.test(run ?? ''))
  const promoted = at(/deploy -- promote\b/)
  if (promoted === -1) return []
  return [
    ...(at(/run demo -- /) > promoted ? [] : ['nobody shops after the switch']),
    ...(at(/run test:deployed -- /) > promoted ? [] : ['nothing is tested after the switch']),
  ]
}

/** A branch is protected by one job, which must wait for all others and must not be skipped. */
const required = ({ jobs }) =>
  jobs
    .filter(([id]) => id === 'required')
    .flatMap(([, job]) => {
      const others = jobs.map(([id]) => id).filter((id) => id !== 'required')
      const stop = (job.steps ?? []).find(({ run }) => run?.trim() === 'exit 1')?.if ?? ''
      return [
        ...others
          .filter((id) => !job.needs?.includes(id))
          .map((id) => `required does not wait for ${id}`),
        ...(job.if?.includes('always()') ? [] : ['required is skipped when another fails']),
        ...['failure', 'cancelled', 'skipped']
          .filter((result) => !stop.includes(`'${result}'`))
          .map((result) => `required passes after "${result}"`),
      ]
    })

/** Each answers what is wrong with one workflow, `workflowOf`'s, given `{ workflows, scripts, parts }`. */
const rules = {
  'takes every action by its commit, and says which release that is': pinned,
  'has no rights but those that a job names and this page lists': rights,
  'ends some time, on a named machine': bounded,
  'leaves no credentials behind': credentials,
  'runs npm scripts and holds no logic of its own': steps,
  'runs no text of a stranger': strangers,
  'keeps secrets from pull requests, and has no lasting ones but those named here': secretive,
  'runs once at a time, and is never cancelled while it deploys': guarded,
  'names images by an exact version': images,
  'deploys what was built once, by digest': digests,
  'scans every image': scans,
  'builds upon nothing that a pull request has cached': caches,
  'tries what it has deployed': tried,
  'has one job that protects the branch': required,
}

/** One action has one release everywhere: `[{ check, faults }]`. */
const judgeReleases = (workflows) => {
  const found = new Map()
  for (const { action, commit, release } of workflows.flatMap(({ text }) => releasesIn(text))) {
    const known = found.get(action) ?? new Set()
    found.set(action, known.add(`${release} ${commit.slice(0, 7)}`))
  }
  const faults = [...found].filter(([, known]) => known.size > 1)
  return {
    name: 'all workflows',
    check: 'one release of an action everywhere',
    faults: faults.map(([action, known]) => `${action}: ${[...known].join(', ')}`),
  }
}

/**
 * What is wrong with the workflows.
 * @param workflows of `workflowOf`
 * @param facts `{ scripts, parts }`: package.json's scripts, and the names of all parts
 * @returns `[{ name, check, faults }]`, one for each workflow and rule
 */
export const judgeWorkflows = (workflows, facts) => [
  ...workflows.flatMap((workflow) =>
    Object.entries(rules).map(([check, faultsOf]) => ({
      name: workflow.name,
      check,
      faults: faultsOf(workflow, { workflows, ...facts }),
    })),
  ),
  judgeReleases(workflows),
]
