import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { stringify } from 'yaml'
import { freePorts } from '../machine/ports.mjs'
import { spawnServer, waitFor } from '../stores/servers.mjs'
import { ruleFiles, ruleText } from './rules.mjs'

const job = (name, ports, kind) => ({
  job_name: name,
  static_configs: Object.entries(ports)
    .filter(([, own]) => own[kind])
    .map(([app, own]) => ({ targets: [`127.0.0.1:${own[kind]}`], labels: { app } })),
})

const settings = (ports, alertmanager) => ({
  // An app lets a store that hangs keep its answer for 2 s.
  global: { scrape_interval: '3s', scrape_timeout: '3s', evaluation_interval: '1s' },
  rule_files: ['*.rules.yml'],
  ...(alertmanager && {
    alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager] }] }] },
  }),
  scrape_configs: [job('micromart-app', ports, 'http'), job('micromart-sidecar', ports, 'metrics')],
})

const client = (url) => {
  const ask = async (route, given) => {
    const answer = await fetch(`${url}/api/v1/${route}?${new URLSearchParams(given)}`, {
      signal: AbortSignal.timeout(30_000),
    })
    const { status, data, error } = await answer.json()
    if (status !== 'success') throw new Error(`${given?.query ?? route}: ${error}`)
    return data
  }
  return {
    /** Series of an instant vector: `[{ metric, value }]`. */
    query: async (query) => {
      const { result } = await ask('query', { query })
      return result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }))
    },
    /** Series over time: `[{ metric, values: [[unix time, number]] }]`. */
    range: async (query, { start, end, step }) => {
      const { result } = await ask('query_range', { query, start, end, step })
      return result.map(({ metric, values }) => ({
        metric,
        values: values.map(([at, value]) => [at, Number(value)]),
      }))
    },
    /** Alerts that fire, or wait to: `[{ labels, annotations, state }]`. */
    alerts: async () => (await ask('alerts')).alerts,
  }
}

/**
 * Starts a Prometheus that scrapes a running shop every three seconds, with the shop's own rules.
 * @param ports of a shop, by app, as `startShop` gives them
 * @param scale how many times shorter windows, waits and ages of the rules are
 * @param folder of its own
 * @param alertmanager host and port of one that hears of alerts
 * @returns `{ url, query, range, alerts }`
 */
export const startPrometheus = async ({
  prometheus,
  ports,
  scale,
  folder,
  run,
  log,
  alertmanager,
}) => {
  mkdirSync(folder, { recursive: true })
  const config = path.join(folder, 'prometheus.yml')
  writeFileSync(config, stringify(settings(ports, alertmanager)))
  for (const [name, file] of Object.entries(ruleFiles(scale))) {
    writeFileSync(path.join(folder, name.replace('.yml', '.rules.yml')), ruleText(file))
  }
  const [port] = await freePorts(1)
  const url = `http://127.0.0.1:${port}`
  const args = [
    `--config.file=${config}`,
    `--storage.tsdb.path=${path.join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--log.level=warn',
  ]
  const server = spawnServer('prometheus', prometheus, args, { run, log })
  await waitFor('Prometheus', server, async () => {
    const answer = await fetch(`${url}/-/ready`, { signal: AbortSignal.timeout(2000) })
    if (!answer.ok) throw new Error(`it says ${answer.status}`)
  })
  return { url, ...client(url) }
}
