import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { counter, histogram, observe } from '@micromart/contracts/telemetry'
import { metricsText, startTelemetry } from '@micromart/service'
import { telemetryForTest } from '@micromart/testing'

const linesOf = async (name: string): Promise<readonly string[]> =>
  (await metricsText()).split('\n').filter((line) => new RegExp(`^(# \\w+ )?${name}\\b`).test(line))

describe('an instrument of the schema', () => {
  let telemetry: AsyncDisposable
  beforeAll(() => {
    telemetry = startTelemetry(telemetryForTest())
  })
  afterAll(async () => telemetry[Symbol.asyncDispose]())

  it('that is a counter begins at 0 for each set of labels that can be listed', async () => {
    counter('micromart_refunds_total').add(1, { outcome: 'refused' })
    expect(await linesOf('micromart_refunds_total')).toEqual([
      '# HELP micromart_refunds_total Refunds that ended: refused ones the provider will not pay back, a person must look',
      '# TYPE micromart_refunds_total counter',
      'micromart_refunds_total{outcome="refunded"} 0',
      'micromart_refunds_total{outcome="refused"} 1',
    ])
  })

  it('counts on when it is asked for again', async () => {
    counter('micromart_refunds_total').add(1, { outcome: 'refused' })
    expect((await linesOf('micromart_refunds_total')).at(-1)).toMatch(/"refused"} 2$/)
  })

  it('that is a histogram has its unit and its own buckets', async () => {
    histogram('nodejs_gc_duration_seconds').record(0.003, { kind: 'minor' })
    const lines = await linesOf('nodejs_gc_duration_seconds')
    expect(lines).toContain('# UNIT nodejs_gc_duration_seconds seconds')
    expect(
      (await metricsText()).includes('nodejs_gc_duration_seconds_bucket{kind="minor",le="0.005"}'),
    ).toBe(true)
  })

  it('that is a gauge is NaN when it cannot be read, and no other says that all is well', async () => {
    let isAway = false
    using _gauge = observe('micromart_dead_letters_open', (tell) => {
      if (isAway) throw new Error('away')
      tell(3)
    })
    expect((await linesOf('micromart_dead_letters_open')).at(-1)).toMatch(/ 3$/)
    isAway = true
    expect((await linesOf('micromart_dead_letters_open')).at(-1)).toMatch(/ NaN$/)
  })

  it('that hangs with its store does not hold up all others', async () => {
    using _gauge = observe('micromart_dead_letters_open', () => new Promise<never>(() => {}))
    jest.useFakeTimers({ doNotFake: ['performance', 'nextTick', 'setImmediate'] })
    const lines = linesOf('micromart_dead_letters_open')
    await jest.advanceTimersByTimeAsync(2_000)
    jest.useRealTimers()
    expect((await lines).at(-1)).toMatch(/ NaN$/)
    expect(await linesOf('process_cpu_seconds_total')).not.toEqual([])
  })

  it('is refused under a name that the schema does not know', () => {
    expect(() => counter('micromart_unheard_of_total' as never)).toThrow(/telemetry schema/)
  })
})
