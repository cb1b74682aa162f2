import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { root } from '../machine/paths.mjs'
import { queryFaults } from './names.mjs'

const folder = path.join(root, 'docs', 'runbooks')

const headings = ['Who notices', 'Look', 'Usual causes', 'Do', 'Over']

const readJson = (name) => JSON.parse(readFileSync(path.join(root, name), 'utf8'))

/** Queries of a page: its blocks of PromQL, a query a line. */
const queriesIn = (text) =>
  [...text.matchAll(/```promql\n([\s\S]*?)```/g)].flatMap(([, block]) =>
    block.split('\n').filter(Boolean),
  )

/** The queries of an alert's page. */
export const runbookQueries = (alert) =>
  queriesIn(readFileSync(path.join(folder, `${alert}.md`), 'utf8'))

/** The queries that answer the questions of docs/observability.md. */
export const questionQueries = () =>
  queriesIn(readFileSync(path.join(root, 'docs', 'observability.md'), 'utf8'))

const scriptFaults = (text) => {
  const { scripts } = readJson('package.json')
  return [...text.matchAll(/npm run ([\w:-]+)/g)]
    .filter(([, name]) => !(name in scripts))
    .map(([command]) => `${command} is no script`)
}

const routeFaults = (text) => {
  const { paths } = readJson(path.join('gateway', 'openapi.json'))
  return [...text.matchAll(/(GET|POST|PUT|PATCH|DELETE) (\/v1\/[\w{}/-]+)/g)]
    .filter(([, method, route]) => !paths[route]?.[method.toLowerCase()])
    .map(([request]) => `${request} is no route`)
}

/** What is wrong with a page: commands, routes and queries that are not there, parts that it lacks. */
const pageFaults = (text) => [
  ...headings
    .filter((heading) => !text.includes(`\n**${heading}.**`) && !text.includes(`\n## ${heading}\n`))
    .map((heading) => `has no part "${heading}"`),
  ...scriptFaults(text),
  ...routeFaults(text),
  ...queriesIn(text).flatMap(queryFaults),
]

/** What is wrong with the runbooks of these alerts: `[text]`. */
export const runbookFaults = (alerts) => {
  const own = alerts.flatMap(({ alert }) => {
    const file = path.join(folder, `${alert}.md`)
    if (!existsSync(file)) return [`${alert} has no runbook`]
    return pageFaults(readFileSync(file, 'utf8')).map((fault) => `${alert}.md: ${fault}`)
  })
  const names = new Set([...alerts.map(({ alert }) => `${alert}.md`), 'README.md'])
  const orphans = readdirSync(folder).filter((name) => !names.has(name))
  return [...own, ...orphans.map((name) => `${name} belongs to no alert`)]
}
