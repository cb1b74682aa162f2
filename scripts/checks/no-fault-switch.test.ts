import { describe, expect, it } from '@jest/globals'
import { globSync, readFileSync } from 'node:fs'

/** What is shipped. The provider is the simulator: `/v1/faults` is what it is for. pkg/testing is for tests. */
const shipped = globSync('{gateway,services/*,pkg/*}/src/**/*.ts').filter(
  (path) =>
    !path.endsWith('.test.ts') &&
    !path.startsWith('services/provider/') &&
    !path.startsWith('pkg/testing/'),
)

/** Where the environment is read: an entry point hands it to the settings, which are told on docs/environment.md. */
const entries =
  /^(gateway|services\/\w+)\/src\/(main|migrate|seed-accounts|keys|write-openapi)\.ts$/

const withoutComments = (code: string): string =>
  code.replaceAll(/\/\*[^]*?\*\/|(^|\s)\/\/.*$/gm, '$1')

/** `fault` alone is our word for what is wrong with an input; with a verb, or as a name of a switch, it is not. OpenTelemetry injects headers. */
const switches =
  /chaos|failpoint|misbehave|sabotage|(?<!di)arm(ed|Fault|s?\()|(?<!propagation\.)inject|simulate(?!d)|(fault|crash|failure|delay|latency)[_-]?(mode|switch|rate|at|point|header|flag)\b|x-(fault|fail|crash|delay)|\b(FAULT|CRASH|FAIL|DELAY)_[A-Z]+/i

const testing = /\b(NODE_ENV|JEST_WORKER_ID|VITEST|isTest|testMode|TEST_MODE)\b|['"`]test['"`]/g

const faultsOf = (path: string, source: string): readonly string[] => {
  const code = withoutComments(source)
  const reads = entries.test(path) ? [] : (code.match(/process\.env\b|import\.meta\.env\b/g) ?? [])
  const named = code.match(new RegExp(switches, 'gi')) ?? []
  const flags = code.match(testing) ?? []
  return [...reads, ...named, ...flags].map((what) => `${path}: ${what}`)
}

describe('what is shipped', () => {
  it('has no switch by which it fails on purpose, and does not know that it is tested', () => {
    expect(shipped.length).toBeGreaterThan(300)
    expect(shipped.flatMap((path) => faultsOf(path, readFileSync(path, 'utf8')))).toEqual([])
  })

  it('has none in its contracts either', () => {
    const contracts = globSync('proto/**/*.proto')
    expect(contracts.length).toBeGreaterThan(5)
    expect(contracts.flatMap((path) => faultsOf(path, readFileSync(path, 'utf8')))).toEqual([])
  })

  it.each([
    ['gateway/src/service.ts', `if (process.env['SLOW']) wait()`],
    [
      'services/order/src/handler/rpc.ts',
      `if (headers.get('x-fault') === 'crash') process.exit(1)`,
    ],
    ['services/order/src/usecase/checkout.ts', `chaos.maybe('before charge')`],
    ['services/cart/src/config.ts', `FAULT_RATE: z.number().default(0)`],
    ['services/payment/src/usecase/charge.ts', `await injectLatency()`],
    ['pkg/dapr/src/client.ts', `if (armed('deadline')) throw new Error()`],
    ['pkg/store/src/relay.ts', `const crashAt = crash_point`],
    ['services/user/src/config.ts', `const quick = NODE_ENV === 'test'`],
    ['pkg/service/src/serve.ts', `if (isTest) return`],
    ['proto/micromart/order/v1/order.proto', 'rpc InjectFault(InjectFaultRequest) returns (X);'],
  ])('%s with `%s` would be found', (path, code) => {
    expect(faultsOf(path, code)).not.toEqual([])
  })
})
