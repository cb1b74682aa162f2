/**
 * Who may import whom (docs/principles.md). Paths are matched at any depth, so that the bad fixtures of
 * scripts/checks/fixtures are judged by these very rules.
 */
const at = (path) => `(^|/)${path}`
const layer = (name) => `(^|/)services/([^/]+)/src/${name}/`
const own = (...names) => `(^|/)services/$2/src/(${names.join('|')})/`
const pkg = (...names) => `(^|/)pkg/(${names.join('|')})/`
const testFile = '\\.test\\.ts$'
const npm = 'node_modules/'
/** What stands beside the layers: processes, their settings, and what `service.ts` is made of. */
const composition =
  '/src/(main|config|service|migrate|metrics|secrets|clock|provider|mailer|seed-accounts|keys)\\.ts$'

const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to })

const only = (name, allowed) =>
  rule(
    `${name}-imports`,
    `${name} may import nothing else`,
    { path: layer(name), pathNot: testFile },
    { pathNot: allowed },
  )

const never = (name, forbidden) =>
  rule(
    `${name}-never`,
    `${name} must not know these`,
    { path: layer(name), pathNot: testFile },
    { path: forbidden },
  )

const between = (name, allowed) =>
  rule(
    `pkg-${name}`,
    'packages look leftwards: kernel <- contracts <- store, dapr <- service <- testing',
    { path: pkg(name), pathNot: `${testFile}|/tests/` },
    { path: at('(pkg|services|gateway)/'), pathNot: pkg(name, ...allowed) },
  )

export default {
  forbidden: [
    only('model', [own('model'), pkg('kernel')]),
    only('usecase', [own('usecase', 'model'), pkg('kernel')]),
    never('repository', [own('usecase', 'handler', 'client'), pkg('service')]),
    never('client', [own('usecase', 'handler', 'repository'), pkg('store'), `${npm}typeorm`]),
    never('handler', [own('repository', 'client'), pkg('store', 'dapr'), `${npm}(typeorm|mysql2)`]),
    never('crypto', [own('usecase', 'handler', 'repository', 'client')]),
    never('oauth', [
      own('handler', 'repository', 'client'),
      pkg('store'),
      `${npm}(typeorm|mysql2)`,
    ]),
    between('kernel', []),
    between('contracts', ['kernel']),
    between('store', ['kernel', 'contracts']),
    between('dapr', ['kernel', 'contracts']),
    between('service', ['kernel', 'contracts', 'store', 'dapr']),
    between('testing', ['kernel', 'contracts', 'store', 'dapr', 'service']),
    rule(
      'files-in-layers',
      'a file of a service lies in a layer; beside them is only what starts and composes it',
      { path: at('services/') },
      { path: at('services/[^/]+/src/[^/]+$'), pathNot: [composition, testFile] },
    ),
    rule(
      'services-apart',
      'a service reaches another through its sidecar only',
      { path: at('services/([^/]+)/src/') },
      { path: at('services/'), pathNot: at('services/$2/') },
    ),
    rule(
      'gateway-apart',
      'the gateway holds no data and no rules of a service',
      { path: at('gateway/src/') },
      { path: [at('services/'), pkg('store'), `${npm}(typeorm|mysql2)`] },
    ),
    rule(
      'express-in-gateway',
      'REST outside, gRPC inside',
      { path: at('(pkg|services)/') },
      { path: `${npm}(@types/)?express/` },
    ),
    rule(
      'sidecar-in-pkg-dapr',
      'only pkg/dapr knows that a sidecar exists',
      { path: at('(pkg|services|gateway)/'), pathNot: pkg('dapr') },
      { path: [`${npm}@dapr/dapr`, at('pkg/dapr/src/generated/')] },
    ),
    rule(
      'breaker-in-pkg-dapr',
      'one typed wrapper around opossum; payment has its own towards its provider',
      {
        path: at('(pkg|services|gateway)/'),
        pathNot: `${pkg('dapr')}|services/payment/src/client/`,
      },
      { path: `${npm}opossum` },
    ),
    rule(
      'provider-in-oauth',
      'the authorization server’s library is known to one folder',
      { path: at('(pkg|services|gateway)/'), pathNot: `${layer('oauth')}|/tests/` },
      { path: `${npm}(@types/)?oidc-provider/` },
    ),
    rule(
      'production-without-tests',
      'production code imports no tests and no test libraries',
      {
        path: at('(pkg|services|gateway)/[^/]*/?[^/]*/?src/'),
        pathNot: `${testFile}|(^|/)pkg/testing/`,
      },
      { path: [testFile, '/tests/', pkg('testing'), `${npm}(@jest|jest|fast-check|supertest)/`] },
    ),
    rule('no-cycles', 'a cycle has no first part', {}, { circular: true }),
    rule('no-dangling', 'an import that leads nowhere', {}, { couldNotResolve: true }),
  ],
  options: {
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/fixtures/.*/node_modules/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.mjs', '.js', '.json'],
    },
  },
}
