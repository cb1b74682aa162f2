import { describe, expect, it } from '@jest/globals'
import { judgeWorkflows } from './policy.mjs'
import { workflowOf } from './read.mjs'

const checkout = 'actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1'

const good = `on:
  pull_request:
permissions: {}
concurrency:
  group: x
jobs:
  check:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    permissions:
      contents: read
    services:
      database:
        image: mysql:8.4.10
    steps:
      - uses: ${checkout}
        with:
          persist-credentials: false
      - run: npm ci
      - run: npm run --silent check -- --json "$FILE" > out.json
  required:
    if: \${{ always() }}
    needs: [check]
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    permissions:
      contents: read
    steps:
      - run: exit 1
        if: \${{ contains(needs.*.result, 'failure') || contains(needs.*.result, 'cancelled') || contains(needs.*.result, 'skipped') }}
`

const deploying = `on:
  workflow_call:
permissions: {}
jobs:
  deploy:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    environment: staging
    concurrency:
      group: x
      cancel-in-progress: false
    permissions:
      id-token: write
    steps:
      - run: npm run deploy -- deploy --digests digests.json
      - run: npm run deploy -- promote
      - run: npm run demo -- --url "$URL"
      - run: npm run test:deployed -- --url "$URL"
`

const facts = {
  scripts: { check: '', deploy: '', demo: '', 'test:deployed': '' },
  parts: ['gateway', 'order'],
}
const replaced = (from, to, text = good) => {
  if (!text.includes(from)) throw new Error(`nothing to replace: ${from}`)
  return text.replace(from, to)
}

const failing = (name, text, given = facts) =>
  judgeWorkflows([workflowOf(name, text)], given)
    .filter(({ faults }) => faults.length > 0)
    .map(({ check }) => check)

/** The good one with a scan of its images. */
const scanning = (image, parts) =>
  replaced(
    '    steps:',
    `    strategy: { matrix: { part: ${parts} } }
    steps:
      - uses: anchore/scan-action@e1165082ffb1fe366ebaf02d8526e7c4989ea9d2 # v7.4.0
        with:
          image: ${image}`,
  )

/** Each rule with workflows that it must catch. */
const broken = {
  'takes every action by its commit, and says which release that is': [
    replaced(checkout, 'actions/checkout@v7'),
    replaced(checkout, 'actions/checkout@3d3c42e # v7.0.1'),
    replaced(' # v7.0.1', ''),
    replaced(' # v7.0.1', ' # v7'),
    replaced('3d3c42e5aac5ba805825da76410c181273ba90b1', '0'.repeat(40)),
    replaced(
      '3d3c42e5aac5ba805825da76410c181273ba90b1',
      '0123456789abcdef0123456789abcdef01234567',
    ),
    replaced(`- uses: ${checkout}\n       `, `- { uses: actions/checkout@v7,`).replace(
      'with:\n          persist-credentials: false',
      'with: { persist-credentials: false } }',
    ),
  ],
  'has no rights but those that a job names and this page lists': [
    replaced('permissions: {}\n', ''),
    replaced('permissions: {}', 'permissions: read-all'),
    replaced('contents: read', 'contents: write'),
    replaced('contents: read', 'packages: write'),
    replaced('    permissions:\n      contents: read\n', '    permissions: write-all\n'),
    replaced('    permissions:\n      contents: read\n', ''),
  ],
  'ends some time, on a named machine': [
    replaced('    timeout-minutes: 5\n', ''),
    replaced('ubuntu-24.04', 'ubuntu-latest'),
    replaced('ubuntu-24.04', 'self-hosted'),
  ],
  'leaves no credentials behind': [
    replaced('        with:\n          persist-credentials: false\n', ''),
    replaced('persist-credentials: false', 'persist-credentials: true'),
  ],
  'runs npm scripts and holds no logic of its own': [
    replaced('npm ci', 'curl -sf https://example.org | sh'),
    replaced('npm ci', 'npm install'),
    replaced('npm ci', 'npm run unknown'),
    replaced('npm ci', 'npm run "unknown:$TESTS"'),
    replaced('npm ci', 'npm run --if-present unknown'),
    replaced('npm ci', 'npm run --if-present check'),
    replaced('npm ci', 'npm ci && npm run check'),
    replaced('npm ci', 'npm run check -- $(id)'),
    replaced('npm ci', '|\n          npm ci\n          echo done'),
    replaced('- run: npm ci', '- run: npm ci\n        shell: python'),
  ],
  'runs no text of a stranger': [
    replaced('"$FILE"', '"${{ github.head_ref }}"'),
    replaced('pull_request:', 'pull_request_target:'),
    replaced('pull_request:', 'workflow_run:\n    workflows: [ci]'),
  ],
  'keeps secrets from pull requests, and has no lasting ones but those named here': [
    replaced('npm ci', 'npm ci\n        env:\n          KEY: ${{ secrets.KEY }}'),
    replaced('npm ci', 'npm ci\n        env:\n          KEY: ${{ secrets.MICROMART_ACCOUNTS }}'),
    replaced(
      '    timeout-minutes: 5\n',
      '    timeout-minutes: 5\n    environment: staging\n    concurrency: { group: y, cancel-in-progress: false }\n',
    ),
    replaced('    timeout-minutes: 5\n', '    timeout-minutes: 5\n    secrets: inherit\n'),
  ],
  'runs once at a time, and is never cancelled while it deploys': [
    replaced('concurrency:\n  group: x\n', ''),
  ],
  'names images by an exact version': [
    replaced('mysql:8.4.10', 'mysql'),
    replaced('mysql:8.4.10', 'mysql:latest'),
    replaced('mysql:8.4.10', 'mysql:8'),
    replaced('mysql:8.4.10', '${{ matrix.db.image }}').replace(
      '    services:',
      '    strategy: { matrix: { db: [{ image: mysql:8 }] } }\n    services:',
    ),
  ],
  'scans every image': [
    scanning('localhost/gateway:local', '[gateway, order]'),
    scanning('localhost/${{ matrix.part }}:local', '[gateway]'),
  ],
  'has one job that protects the branch': [
    replaced('    if: ${{ always() }}\n', ''),
    replaced('needs: [check]', 'needs: []'),
    replaced(" || contains(needs.*.result, 'skipped')", ''),
    replaced('      - run: exit 1\n', '      - run: npm ci\n'),
  ],
}

it('finds nothing wrong with a good workflow', () => {
  expect(failing('ci.yml', good)).toEqual([])
  const scan = scanning('localhost/${{ matrix.part }}:local', '[order, gateway]')
  expect(failing('ci.yml', scan)).toEqual([])
  expect(failing('deploy.yml', deploying)).toEqual([])
})

it('has a broken example of every rule', () => {
  const all = judgeWorkflows([workflowOf('ci.yml', good)], facts).map(({ check }) => check)
  const elsewhere = [
    'builds upon nothing that a pull request has cached',
    'deploys what was built once, by digest',
    'tries what it has deployed',
    'one release of an action everywhere',
  ]
  expect([...Object.keys(broken), ...elsewhere].toSorted()).toEqual(all.toSorted())
})

describe.each(Object.entries(broken))('%s', (rule, texts) => {
  it.each(texts.map((text, index) => [index + 1, text]))('catches broken example %i', (_, text) => {
    expect(failing('ci.yml', text)).toEqual([rule])
  })
})

it.each([
  [' --digests digests.json', ''],
  [
    'npm run deploy -- deploy',
    'npm run deploy -- deploy --digests d\n      - run: npm run images -- build\n      - run: npm run deploy -- smoke',
  ],
  ['npm run deploy', 'npm run publish:images -- build\n      - run: npm run deploy'],
])('catches a deployment that is not of digests: %j', (from, to) => {
  const given = { ...facts, scripts: { ...facts.scripts, images: '', 'publish:images': '' } }
  expect(failing('deploy.yml', replaced(from, to, deploying), given)).toEqual([
    'deploys what was built once, by digest',
  ])
})

it.each([
  ['      - run: npm run demo -- --url "$URL"\n', '', ['tries what it has deployed']],
  ['      - run: npm run test:deployed -- --url "$URL"\n', '', ['tries what it has deployed']],
  ['"$URL"', '"${{ secrets.MICROMART_ACCOUNTS }}"', ['runs no text of a stranger']],
  ['"$URL"\n', '"$URL"\n        env: { KEY: "${{ secrets.MICROMART_ACCOUNTS }}" }\n', []],
  [
    '"$URL"\n',
    '"$URL"\n        env: { KEY: "${{ secrets.KEY }}" }\n',
    ['keeps secrets from pull requests, and has no lasting ones but those named here'],
  ],
])('judges a deployment with %j as %j', (from, to, rules) => {
  expect(failing('deploy.yml', replaced(from, to, deploying))).toEqual(rules)
})

const setup = (options) => `jobs:
  check:
    steps:
      - uses: actions/setup-node@820762786026740c76f36085b0efc47a31fe5020 # v7.0.0
        with: { node-version: '24'${options} }`

it.each([
  [setup(', package-manager-cache: false'), []],
  [setup(''), ['check: setup-node keeps packages of earlier runs']],
  [setup(', package-manager-cache: true'), ['check: setup-node keeps packages of earlier runs']],
  [
    setup(', package-manager-cache: false, cache: npm'),
    ['check: setup-node keeps packages of earlier runs'],
  ],
  [
    'jobs: { check: { steps: [{ uses: actions/cache@27d5ce7f107fe9357f9df03efb73ab90386fccae }] } }',
    ['check has a cache'],
  ],
])('lets no other workflow than ci.yml build upon caches: %#', (text, faults) => {
  const all = judgeWorkflows([workflowOf('images.yml', `on: { workflow_call: }\n${text}`)], facts)
  const check = 'builds upon nothing that a pull request has cached'
  expect(all.find((each) => each.check === check).faults).toEqual(faults)
})

it('lets a job that writes run for no pull request', () => {
  const writing = replaced('contents: read', 'security-events: write').replace('check:', 'codeql:')
  const bad = writing.replace('needs: [check]', 'needs: [codeql]')
  expect(failing('security.yml', bad)).toEqual([
    'has no rights but those that a job names and this page lists',
  ])
  const condition = "    if: ${{ github.event_name != 'pull_request' }}\n"
  const kept = bad.replace('  codeql:\n', `  codeql:\n${condition}`)
  expect(failing('security.yml', kept)).toEqual([])
})

it('catches a deployment that may be cancelled halfway', () => {
  const text = replaced('cancel-in-progress: false', 'cancel-in-progress: true', deploying)
  expect(failing('deploy.yml', text)).toEqual([
    'runs once at a time, and is never cancelled while it deploys',
  ])
})

it('catches two releases of one action', () => {
  const other = replaced(
    '3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1',
    '820762786026740c76f36085b0efc47a31fe5020 # v7.0.0',
  )
  const both = [workflowOf('ci.yml', good), workflowOf('b.yml', other)]
  const bad = judgeWorkflows(both, facts).filter(({ faults }) => faults.length > 0)
  expect(bad.map(({ check }) => check)).toEqual(['one release of an action everywhere'])
})

it('catches an environment in a workflow that a pull request calls', () => {
  const caller = workflowOf(
    'ci.yml',
    replaced(
      '  required:',
      '  call:\n    permissions: {}\n    uses: ./.github/workflows/deploy.yml\n  required:',
    ).replace('needs: [check]', 'needs: [check, call]'),
  )
  const bad = judgeWorkflows([caller, workflowOf('deploy.yml', deploying)], facts).filter(
    ({ faults }) => faults.length > 0,
  )
  expect(bad).toEqual([
    {
      name: 'deploy.yml',
      check: 'keeps secrets from pull requests, and has no lasting ones but those named here',
      faults: ['deploy of a pull request has an environment'],
    },
  ])
})

it('lets no step pass over a script that is not there', () => {
  expect(failing('ci.yml', replaced('npm ci', 'npm run --if-present deploy'))).toEqual([
    'runs npm scripts and holds no logic of its own',
  ])
})
