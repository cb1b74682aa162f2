import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { root } from '../machine/paths.mjs'
import { ask } from './promtool.mjs'

const alertmanagerFolder = path.join(root, 'deploy', 'observability', 'alertmanager')

/** Labels of an alert and the receiver that has to hear of it. */
export const wantedRoutes = () =>
  parse(readFileSync(path.join(alertmanagerFolder, 'routes.yaml'), 'utf8'))

const config = path.join(alertmanagerFolder, 'alertmanager.yml')

/** Asks amtool who hears of an alert: `{ ok, text }`. */
export const routeOf = (amtool, { labels, receiver }) => {
  const given = Object.entries(labels).map(([name, value]) => `${name}=${value}`)
  const expected = `--verify.receivers=${receiver}`
  return ask(amtool, ['config', 'routes', 'test', `--config.file=${config}`, expected, ...given])
}

export const checkAlertmanager = (amtool) => ask(amtool, ['check-config', config])

const severities = { page: /^pager-/, ticket: /^tickets-/, none: /^watchdog$/ }

/** Whether alerts of a severity are for a receiver. */
export const hears = (receiver, severity) => Boolean(severities[severity]?.test(receiver))

/** Whether an alert's own labels lead to a receiver of its severity; the receiver, or what is wrong. */
export const receiverOf = async (amtool, { alert, labels }) => {
  const given = [
    `alertname=${alert}`,
    ...Object.entries(labels).map(([name, value]) => `${name}=${value}`),
  ]
  const { ok, text } = await ask(amtool, [
    'config',
    'routes',
    'test',
    `--config.file=${config}`,
    ...given,
  ])
  const receiver = text.split('\n').at(-1)
  return { ok: ok && hears(receiver, labels.severity), text: receiver }
}
