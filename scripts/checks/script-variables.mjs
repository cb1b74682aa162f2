/** The variables that scripts and tests read or set themselves: no part's `config.ts` knows them. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../lib/machine/paths.mjs'

/** For whoever runs a script: name, kind, default, what. */
const given = [
  [
    'MICROMART_MYSQL_URL',
    'URL',
    'an own server',
    'MySQL or MariaDB to use: `mysql://admin:password@host:port`, an account that may create schemas and users. With `?ssl-mode=VERIFY_IDENTITY&ssl-ca=<file>` over TLS, verified by that CA.',
  ],
  [
    'MICROMART_REDIS_URL',
    'URL',
    'an own server',
    'Redis to use: `redis://:password@host:port/db`; `rediss://...?ssl_ca_certs=<file>` over TLS, verified by that CA.',
  ],
  [
    'MICROMART_ZERO_TRUST',
    '`1`',
    '',
    "Sidecars speak mTLS by an own certificate authority, and the callees' access lists count; `MICROMART_TLS` with it.",
  ],
  [
    'MICROMART_TLS',
    '`1`',
    '',
    'MySQL, Redis and the payment provider speak TLS only; whoever connects verifies them.',
  ],
  [
    'MICROMART_STORE',
    '`mariadb`, `mysql`',
    'what is here',
    "Which own server runs, also for the tests; MySQL's is fetched from Debian where it is not installed.",
  ],
  [
    'MICROMART_BINLOG',
    '`1`',
    '',
    'The own MariaDB keeps a binary log: what `npm run backup` needs (docs/backup.md).',
  ],
  [
    'MICROMART_PROVIDER_URL',
    'URL',
    'an own process',
    'The payment provider that `npm run restore` asks for its ledger.',
  ],
  ['ZIPKIN_URL', 'URL', 'an own server', 'Zipkin to use, such as `http://127.0.0.1:9411`.'],
  [
    'OTLP_URL',
    'URL',
    '',
    'Receiver of OTLP over HTTP for the traces of apps and sidecars, such as `http://127.0.0.1:4318`; then no Zipkin.',
  ],
  [
    'MICROMART_HOME',
    'folder',
    '`var`',
    'Where a shop lives: data, logs, secrets, pids. Another one is a second shop, beside the first, on free ports; stop and status go by it, too.',
  ],
  [
    'MICROMART_CACHE',
    'folder',
    '`var/cache`',
    'Where downloads and builds are kept; CI names a lasting one.',
  ],
  [
    'MICROMART_REGISTRY',
    'HOST/PATH',
    '`localhost/micromart`',
    "Where Compose takes the shop's images from.",
  ],
  ['MICROMART_TAG', 'tag', '`local`', 'Which of them.'],
  [
    'MICROMART_DAPR_RELEASES',
    'URL',
    '`https://github.com/dapr`',
    "Where Dapr's release archives are fetched: a mirror.",
  ],
  [
    'MICROMART_TEST_MYSQL_URL',
    'URL',
    'an own server',
    'MySQL or MariaDB for the tests. They drop only schemas of their own names.',
  ],
  ['MICROMART_TEST_REDIS_URL', 'URL', 'an own server', 'Redis for the tests.'],
  [
    'MICROMART_URL',
    'URL',
    '`http://127.0.0.1:8080`',
    'The gateway that `npm run books`, `npm run clients` and the commands of the documents ask.',
  ],
  [
    'MICROMART_ACCOUNT',
    'email:password',
    '',
    'Who asks: `npm run books -- --account env` needs the scope `ops`, `npm run clients` needs `clients:write`.',
  ],
  [
    'MICROMART_ACCOUNTS',
    'JSON',
    '',
    'The staff that `npm run test:deployed` logs in as, in the form of `var/compose/demo-accounts.json`.',
  ],
  ['MICROMART_OSV_URL', 'URL', '', 'An OSV server that `npm run audit` asks for advisories.'],
  ['MICROMART_FUZZ_REQUESTS', 'number', '1500', 'How many random requests the fuzz makes.'],
  [
    'MICROMART_FUZZ_SEED',
    'number',
    '20261130',
    'What the fuzz makes them of; a run that failed is repeated by its seed.',
  ],
  ['MICROMART_DAPRD_LOG', 'flag', '', 'Set: the conformance suite shows what its daprd writes.'],
]

/** Set by one part of the scripts for another: name, from, to, what. */
const between = [
  ['MICROMART_RUN', 'start', 'all it starts', 'The mark by which a shop knows its processes.'],
  ['MICROMART_LOG_DIR', 'start', 'run-app', "Where the apps' logs go."],
  [
    'MICROMART_APPS_DIR',
    'start',
    'run-app',
    'Where run-app writes down pid and starts of its app.',
  ],
  [
    'MICROMART_APP_ENV_DIR',
    'start',
    "run-app and the sidecars' wrapper",
    'Folder with what one app or its sidecar alone may know: tokens, identity, certificates.',
  ],
  [
    'MICROMART_DAPRD_FLAGS',
    'start',
    "the sidecars' wrapper",
    'Flags of daprd beyond those of `dapr run`.',
  ],
  [
    'MICROMART_ACCESS_DEFAULT',
    'start',
    'Configurations of the sidecars',
    'What befalls a caller without a policy: `deny` over mTLS; `allow` without it, where callers have no names. Unset it is `deny`.',
  ],
  [
    'MICROMART_MIGRATE_URL',
    'start',
    "a service's `migrate.ts`",
    'Its database, by the account that may change tables.',
  ],
  [
    'MICROMART_SCHEMA_OF',
    'verify-schema',
    'service tests of a release before',
    'The checkout whose migrations run after their own.',
  ],
  ['MICROMART_DAPRD', 'test', 'service tests', 'The daprd that the conformance suite runs.'],
  ['MICROMART_FUZZER', 'test', 'the fuzz', 'The Python with schemathesis.'],
  ['MICROMART_FUZZER_MISSING', 'test', 'the fuzz', 'Why there is none.'],
  ['MICROMART_FUZZ', 'the fuzz', 'schemathesis', 'File with gateway and admin.'],
  ['MICROMART_FUZZ_URL', 'the fuzz', 'schemathesis', 'The gateway.'],
  ['MICROMART_E2E', 'test', 'end-to-end tests', 'File that describes the running shop.'],
  [
    'MICROMART_TEST_SHOP_URL',
    'test-deployed',
    'end-to-end tests',
    'The shop elsewhere that they may reach.',
  ],
  [
    'MICROMART_REHEARSAL',
    'cluster',
    'the rehearsal of a release',
    'File that describes the two colours in the cluster.',
  ],
  [
    'MICROMART_STARTER_TEST',
    'a test',
    'all it starts',
    'The mark by which a test finds what was left.',
  ],
  ['MICROMART_BY_HAND', 'a test', 'all it starts', 'The same.'],
]

const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows.map(([name, ...more]) => [`\`${name}\``, ...more])]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')

const programs = '{pkg,services,gateway,scripts,tests,bench}/**/*.{mjs,ts}'

/** Every `MICROMART_*` that stands in the checkout's programs. */
const namesInUse = () => {
  const exclude = (name) => name === 'node_modules' || join(root, name) === import.meta.filename
  const files = globSync(programs, { cwd: root, exclude })
  const texts = files.map((file) => readFileSync(join(root, file), 'utf8'))
  return new Set(texts.flatMap((text) => text.match(/\bMICROMART(?:_[A-Z0-9]+)+\b/g) ?? []))
}

/** @throws when a variable is used and not told here, or told and not used */
const requireAll = () => {
  const told = [...given, ...between]
    .map(([name]) => name)
    .filter((name) => name.startsWith('MICROMART_'))
  const used = namesInUse()
  const untold = [...used].filter((name) => !told.includes(name))
  const unused = told.filter((name) => !used.has(name))
  if (untold.length > 0)
    throw new Error(`scripts/checks/script-variables.mjs does not tell of ${untold.join(', ')}`)
  if (unused.length > 0)
    throw new Error(
      `scripts/checks/script-variables.mjs tells of what nobody reads: ${unused.join(', ')}`,
    )
}

/** The sections of docs/environment.md that are not an app's. */
export const scriptVariables = () => {
  requireAll()
  return `## Scripts and tests

${table(['variable', 'kind', 'default', 'what'], given)}

### Between scripts

Set by one of them for another; nobody else need care.

${table(['variable', 'set by', 'read by', 'what'], between)}`
}
