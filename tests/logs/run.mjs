/** `npm run verify:logs`: the log lines of a real purchase through Filebeat into Elasticsearch, and back by its trace id. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { root, varDir } from '../../scripts/lib/machine/paths.mjs'
import {
  ensureElasticsearch,
  startElasticsearch,
} from '../../scripts/lib/observability/elasticsearch.mjs'
import { ensureFilebeat, startFilebeat } from '../../scripts/lib/observability/filebeat.mjs'
import { kibanaSource } from '../../scripts/lib/observability/logs.mjs'
import { commandLine } from '../../scripts/lib/terminal/command-line.mjs'
import { createSay } from '../../scripts/lib/terminal/say.mjs'
import { createVerdicts } from '../../scripts/lib/terminal/verdicts.mjs'
import { withChaosShop } from '../chaos/shop/start.mjs'
import { until } from '../drill/until.ts'
import { buyTraced } from './buy.ts'
import { layDown } from './containers.mjs'
import { foundBy, linesOf, questions } from './questions.mjs'

const help = `npm run verify:logs [-- --keep]

Starts a private shop, buys, and ships the logs of its apps, sidecars and stores by deploy/observability/filebeat/filebeat.yml into a real
Elasticsearch with the shipped index template. Then finds all services' lines by the trace id, and asks what Kibana's searches ask.

  --keep   writes what was found to docs/observability/logs.md

Needs Java 17, Maven and Go; says so and leaves it where they are not there. The last line is "N passed, N failed".`

const { values } = commandLine(help, { keep: { type: 'boolean', default: false } })

const say = createSay()
const { tell, end } = createVerdicts(say)
const home = path.join(varDir, 'runs', 'logs')
const stream = 'logs-micromart-default'
const refused = 'micromart-logs-refused'
const env = { LOG_LEVEL: 'info', TRACE_RATIO: '1', TRACE_CHECKOUT_RATIO: '1' }

const ensurePrograms = async () => {
  const logDir = path.join(varDir, 'log')
  mkdirSync(logDir, { recursive: true })
  const elasticsearch = await ensureElasticsearch(say, logDir)
  const filebeat = await ensureFilebeat(say, logDir)
  return { elasticsearch, filebeat, missing: elasticsearch.missing ?? filebeat.missing }
}

/** Elasticsearch has no data streams and lifecycles here; the rest of the template is the shipped one. */
const layTemplate = (folder) => {
  mkdirSync(folder, { recursive: true })
  const shipped = path.join(root, 'deploy', 'observability', 'elasticsearch', 'template.json')
  const { data_stream: _stream, ...template } = JSON.parse(readFileSync(shipped, 'utf8'))
  delete template.template.settings['index.lifecycle.name']
  writeFileSync(path.join(folder, 'template.json'), JSON.stringify(template))
}

const awaited = async (what, limitMs, ask) => {
  if (!(await until(ask, limitMs))) throw new Error(`${what}: not within ${limitMs / 1000} s`)
}

const logHas = (shop, app, ...texts) =>
  readFileSync(path.join(shop.logDir, `${app}.log`), 'utf8')
    .split('\n')
    .some((line) => texts.every((text) => line.includes(text)))

/** A field that nobody has told Elasticsearch of. */
const strange = JSON.stringify({
  '@timestamp': new Date().toISOString(),
  'ecs.version': '8.17.0',
  'service.name': 'strange',
  message: 'a field that the schema does not have',
  surprise: { there: 1 },
})

const countOf = async (ask, index) => {
  await ask('POST', `${index}/_refresh`)
  return (await ask('GET', `${index}/_count`)).count
}

const ship = async (shop, { url, ask }, file) => {
  const containers = path.join(home, 'containers')
  const counts = layDown(shop.logDir, containers, { strange })
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
  const setup = path.join(home, 'setup')
  layTemplate(setup)
  const settings = {
    LOG_PATHS: `${containers}/*/*-json.log`,
    LOG_SETUP: setup,
    LOG_LIFECYCLE: 'false',
    ELASTICSEARCH_HOSTS: url,
  }
  const log = path.join(shop.logDir, 'filebeat-own.log')
  startFilebeat({ file, folder: path.join(home, 'filebeat'), run: shop.run, log, settings })
  const arrived = async () => (await countOf(ask, stream)) + (await countOf(ask, refused)) === total
  await awaited(`${total} lines in Elasticsearch`, 120_000, arrived)
  return { counts, total }
}

const report = (shown) => {
  const at = new Date().toISOString().slice(0, 10)
  const text = `# Logs of a purchase

Written by \`npm run verify:logs -- --keep\` on ${at}. A private shop with sidecars, MySQL and Redis sold something; all its logs, in the form in which Docker keeps them, went through Filebeat 7.17.29 by the shipped
\`filebeat.yml\` into Elasticsearch 8.19.0 with the shipped template, but for data stream and lifecycle, which that distribution does not have. Docker's form is laid down by the trial itself. First the lines that the purchase's trace id finds, in
order; then how many lines each of Kibana's searches has. One line has a field that the schema does not know: it was refused, and kept with the reason.

\`\`\`text
${shown.join('\n')}
\`\`\`
`
  const file = path.join(root, 'docs', 'observability', 'logs.md')
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, text)
}

const verify = async (shop, elasticsearch, file) => {
  const { traceId, secrets } = await buyTraced(shop)
  const told = async () => logHas(shop, 'cart', traceId, 'event.handled')
  await awaited('the cart hears of the purchase', 30_000, told)
  const { counts, total } = await ship(shop, elasticsearch, file)
  const shown = [`${total} lines of ${Object.keys(counts).length} containers; trace ${traceId}:`]
  shown.push(...(await linesOf(elasticsearch.ask, stream, traceId)))
  const found = await foundBy(kibanaSource().searches, { ask: elasticsearch.ask, stream })
  const checks = await questions({
    ask: elasticsearch.ask,
    found,
    stream,
    refused,
    traceId,
    secrets,
    counts,
  })
  shown.push(...found.map(({ id, count }) => `${id}: ${count} lines`))
  for (const line of shown) say.line(line)
  if (values.keep) report(shown)
  return checks
}

const { elasticsearch, filebeat, missing } = await ensurePrograms()
if (missing) {
  say.line(`skipped: logs are not shipped, as ${missing}`)
  process.exit(end())
}
await withChaosShop({ home, env, say }, async (shop) => {
  const started = await say.step('Elasticsearch', { usually: '15 to 40 s' }, () =>
    startElasticsearch({
      folder: path.join(home, 'elasticsearch'),
      run: shop.run,
      log: path.join(shop.logDir, 'elasticsearch-own.log'),
      from: elasticsearch.home,
    }),
  )
  tell('logs in Elasticsearch', await verify(shop, started, filebeat.file))
  process.exitCode = end()
})
process.exit()
