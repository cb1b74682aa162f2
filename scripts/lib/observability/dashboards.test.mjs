import { expect, it } from '@jest/globals'
import { dashboardJson, dashboards, plainQuery } from './dashboards.mjs'
import { dashboardFaults, linkFaults } from './dashboards-lint.mjs'

it('gives Grafana’s variables values where Prometheus is asked', () => {
  const query = 'sum(rate(a{app=~"$app"}[$__rate_interval])) + increase(b[$__range])'
  expect(plainQuery(query)).toBe('sum(rate(a{app=~".*"}[5m])) + increase(b[1h])')
})

it('places panels side by side without one over the other', () => {
  for (const dashboard of dashboards()) {
    const taken = new Set()
    for (const { title, gridPos } of dashboardJson(dashboard).panels) {
      const { x, y, w, h } = gridPos
      expect([title, x + w <= 24]).toEqual([title, true])
      for (let at = 0; at < w * h; at += 1) {
        const cell = `${x + (at % w)}:${y + Math.floor(at / w)}`
        expect([title, taken.has(cell)]).toEqual([title, false])
        taken.add(cell)
      }
    }
  }
})

it('is linted: what a panel gets wrong is named', () => {
  const panel = (title, queries, unit = 'short') => ({ title, unit, queries })
  const panels = [
    panel('a', { x: 'sum(no_such_metric)' }),
    panel('b', { x: 'sum(micromart_orders_total{outcome="eaten"})' }),
    panel('c', { '{{app}}': 'sum by (step) (micromart_sagas_due)' }),
    panel('d', { x: 'rate(micromart_orders_total[5m])' }),
    panel('e', { x: 'up{app="$shop"}' }, 'parsecs'),
    panel('e', {}),
  ]
  expect(dashboardFaults([{ name: 'n', uid: 'micromart-m', panels }])).toEqual([
    'n: its uid is micromart-m',
    'n: two panels are "e"',
    'n: a: no_such_metric is not in the schema',
    'n: b: micromart_orders_total: outcome is never eaten',
    'n: c: its legend shows app, which the query takes away',
    'n: d: its window does not follow the zoom: $__rate_interval',
    'n: e: nobody chooses shop',
    'n: e: has no unit of short, percentunit, s, ms, bytes, reqps',
    'n: e: shows nothing',
  ])
  const alerts = [{ alert: 'A', annotations: { dashboard: '/d/none' } }]
  expect(linkFaults([], alerts)).toEqual(['A: there is no /d/none'])
})
