import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { root } from '../machine/paths.mjs'
import { caseFaults } from './alert-tests.mjs'
import { millisecondsOf, scaled } from './durations.mjs'
import { isQuery, selectorsOf, withShorterWindows } from './promql.mjs'
import { alertsOf, ruleFiles } from './rules.mjs'

describe('a time scale', () => {
  it('shortens a duration, and never to nothing', () => {
    expect(millisecondsOf('1h30m')).toBe(5_400_000)
    expect(scaled('1h30m', 15)).toBe('360000ms')
    expect(scaled('1ms', 15)).toBe('1ms')
    expect(scaled('1h30m', 1)).toBe('1h30m')
    expect(() => millisecondsOf('5 minutes')).toThrow('5 minutes is no duration')
  })

  it('shortens every window of a query, and no text that looks like one', () => {
    const query = 'sum(rate(a_total{b="[5m]"}[5m])) / max_over_time(c[1h] offset 30s)'
    expect(withShorterWindows(query, 10)).toBe(
      'sum(rate(a_total{b="[5m]"}[30000ms])) / max_over_time(c[360000ms] offset 3000ms)',
    )
  })

  it('shortens waits and ages of alerts with their windows', () => {
    const outbox = (scale) =>
      alertsOf(ruleFiles(scale)).find(({ alert }) => alert === 'OutboxStalled')
    expect(outbox(1)).toMatchObject({
      expr: 'max by (app) (max_over_time(micromart_outbox_oldest_age_seconds[2m])) > 120',
      for: '1m',
    })
    expect(outbox(15)).toMatchObject({
      expr: 'max by (app) (max_over_time(micromart_outbox_oldest_age_seconds[8000ms])) > 8',
      for: '4000ms',
    })
  })
})

it('Compose keeps what the longest window asks for', () => {
  const compose = readFileSync(path.join(root, 'docker-compose.yml'), 'utf8')
  const [, kept] = /retention\.time=(\w+)/.exec(compose)
  const windows = Object.values(ruleFiles())
    .flatMap(({ groups }) => groups.flatMap(({ rules }) => rules))
    .flatMap(({ expr }) => [...expr.matchAll(/\[(\w+)\]/g)].map(([, window]) => window))
  const longest = Math.max(...windows.map(millisecondsOf))
  expect(longest).toBe(millisecondsOf('30d'))
  expect(millisecondsOf(kept)).toBeGreaterThan(longest)
})

describe('a query', () => {
  it('tells what it selects', () => {
    const query = 'sum by (app) (rate(a_total{b="c",d=~"e|f"}[5m])) > on (app) g'
    expect(selectorsOf(query)).toEqual([
      {
        metric: 'a_total',
        matchers: [
          { label: 'b', operator: '=', value: 'c' },
          { label: 'd', operator: '=~', value: 'e|f' },
        ],
      },
      { metric: 'g', matchers: [] },
    ])
  })

  it('is none when a part of it cannot be read', () => {
    expect(isQuery('sum(rate(a_total[5m]))')).toBe(true)
    expect(isQuery('sum(rate(a_total[5m])')).toBe(false)
    expect(isQuery('sum by app (a)')).toBe(false)
  })
})

it('asks for a firing and a silent case of each alert', () => {
  const rules = [{ alert: 'A' }, { alert: 'B' }]
  expect(caseFaults(rules, { A: [{ fires: {} }, {}], B: [{}], C: [{}] })).toEqual([
    'B has no case in which it fires',
    'there are cases of C, which is no alert',
  ])
  expect(caseFaults([{ alert: 'A' }], { A: [{ fires: {} }] })).toEqual([
    'A has no case in which it is silent',
  ])
})

it('names severity, owner, dashboard and runbook of every alert', () => {
  for (const { alert, labels, annotations } of alertsOf(ruleFiles())) {
    expect([alert, labels.severity]).toEqual([alert, expect.stringMatching(/^(page|ticket|none)$/)])
    expect([alert, labels.owner]).toEqual([
      alert,
      expect.stringMatching(/^(platform|checkout|catalogue|payments|identity)$/),
    ])
    expect(annotations).toEqual({
      summary: expect.any(String),
      description: expect.stringMatching(/\.$/),
      dashboard: expect.stringMatching(/^\/d\/micromart-/),
      runbook: `docs/runbooks/${alert}.md`,
    })
  }
})
