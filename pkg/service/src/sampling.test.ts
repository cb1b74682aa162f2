import { describe, expect, it } from '@jest/globals'
import { ROOT_CONTEXT, SpanKind, trace, TraceFlags } from '@opentelemetry/api'
import { type Sampler, SamplingDecision } from '@opentelemetry/sdk-trace'
import { samplerOf } from './sampling.ts'

const names = new Set(['POST /v1/orders'])
const sampling = { ratio: 0.1, exceptions: { names, ratio: 1 } }

const ids = Array.from({ length: 2_000 }, (_, n) =>
  (BigInt(n + 1) * 0x9e3779b97f4a7c15f39cc0605cedc835n).toString(16).padStart(32, '0').slice(-32),
)

const keeps = (sampler: Sampler, traceId: string, name: string, parent = ROOT_CONTEXT): boolean => {
  const { decision } = sampler.shouldSample(parent, traceId, name, SpanKind.SERVER, {}, [])
  return decision === SamplingDecision.RECORD_AND_SAMPLED
}

const told = (traceId: string, isKept: boolean) =>
  trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId: '00f067aa0ba902b7',
    traceFlags: isKept ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote: true,
  })

const shareOf = (kept: readonly boolean[]): number => kept.filter(Boolean).length / kept.length

describe('who begins a trace', () => {
  const sampler = samplerOf(sampling, false)

  it('keeps every checkout, and its share of the rest', () => {
    expect(ids.every((id) => keeps(sampler, id, 'POST /v1/orders'))).toBe(true)
    const rest = ids.map((id) => keeps(sampler, id, 'GET /v1/products'))
    expect(shareOf(rest)).toBeCloseTo(0.1, 1)
  })

  it('decides by the trace’s id: all who see it decide alike', () => {
    const again = samplerOf(sampling, true)
    for (const id of ids.slice(0, 100)) {
      expect(keeps(again, id, 'GET /v1/cart')).toBe(keeps(sampler, id, 'GET /v1/cart'))
    }
  })

  it('keeps none at 0', () => {
    const off = samplerOf({ ratio: 0, exceptions: { names, ratio: 0 } }, false)
    expect(ids.some((id) => keeps(off, id, 'POST /v1/orders'))).toBe(false)
  })
})

describe('who is told of a decision', () => {
  it('follows it inside of the shop', () => {
    const sampler = samplerOf(sampling, false)
    for (const id of ids.slice(0, 100)) {
      expect(keeps(sampler, id, 'POST /v1/orders', told(id, false))).toBe(false)
      expect(keeps(sampler, id, 'GET /v1/products', told(id, true))).toBe(true)
    }
  })

  it('S37 decides anew at the gateway, whatever a stranger says', () => {
    const sampler = samplerOf(sampling, true)
    const asked = ids.map((id) => keeps(sampler, id, 'GET /v1/products', told(id, true)))
    expect(shareOf(asked)).toBeCloseTo(0.1, 1)
    expect(ids.every((id) => keeps(sampler, id, 'POST /v1/orders', told(id, false)))).toBe(true)
  })
})
