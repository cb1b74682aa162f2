import { describe, expect, it } from '@jest/globals'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { root } from '../machine/paths.mjs'
import { composeOf, judgeCompose } from './policy.mjs'
import { strandedIn } from './shop.mjs'

const read = (name) => readFileSync(path.join(root, name), 'utf8')
const text = read('docker-compose.yml')
const example = read('.env.example')
const apps = ['product', 'user', 'cart', 'order', 'payment', 'provider', 'gateway']
const exists = (place) => existsSync(path.join(root, place))
const facts = { apps, example, exists }

const failing = (given, more = {}) =>
  judgeCompose(composeOf(given), { ...facts, ...more })
    .filter(({ faults }) => faults.length > 0)
    .map(({ check }) => check)

const replaced = (from, to, given = text) => {
  if (!given.includes(from)) throw new Error(`nothing to replace: ${from}`)
  return given.replace(from, to)
}

/** The file itself, broken: each rule with what it must catch. */
const broken = {
  'names images by an exact tag': [
    ['image: redis:8.2.8-bookworm', 'image: redis'],
    ['image: redis:8.2.8-bookworm', 'image: redis:latest'],
    ['image: redis:8.2.8-bookworm', 'image: redis:8'],
    ['}/order:${MICROMART_TAG:-local}', '}/order:${MICROMART_TAG:-latest}'],
  ],
  'gives no container more rights than it needs': [
    ['read_only: true', 'read_only: false'],
    ['cap_drop: [ALL]', 'cap_drop: [NET_RAW]'],
    ["security_opt: ['no-new-privileges:true']", 'security_opt: []'],
    ['mem_limit: 32m', 'mem_limit: 32m\n    privileged: true'],
    ['mem_limit: 32m', 'mem_limit: 32m\n    cap_add: [NET_ADMIN]'],
    ["['./scripts:/work/scripts:ro']", "['/var/run/docker.sock:/var/run/docker.sock']"],
    ['mem_limit: 32m', 'mem_limit: 32m\n    network_mode: host'],
  ],
  'bounds memory, and the default set to 2.5 GB': [
    ['    mem_limit: 32m\n', ''],
    ['mem_limit: 384m', 'mem_limit: 1g'],
    ['mem_limit: 192m', 'mem_limit: 1g'], // of the migrations
  ],
  'keeps a bounded number of logs': [
    ["options: { max-size: 10m, max-file: '3', tag: '{{.Name}}' }", 'options: {}'],
  ],
  'publishes on the loopback alone': [
    ["'127.0.0.1:${ZIPKIN_PORT:-9411}:9411'", "'${ZIPKIN_PORT:-9411}:9411'"],
    ["'127.0.0.1:${ZIPKIN_PORT:-9411}:9411'", "'0.0.0.0:${ZIPKIN_PORT:-9411}:9411'"],
    ["'127.0.0.1:${SHOP_TLS_PORT:-8443}:8443'", "'${SHOP_TLS_PORT:-8443}:8443'"],
  ],
  'has secrets in files, and none that nobody uses': [
    ['MYSQL_ROOT_PASSWORD_FILE: /run/secrets/mysql-root', 'MYSQL_ROOT_PASSWORD: secret'],
    ['ca.crt: { file: var/compose/certs/ca.crt }', 'ca.crt: { file: deploy/ca.crt }'],
    ['\nsecrets:\n', '\nsecrets:\n  other: { file: var/compose/other }\n'],
  ],
  'starts again what ended': [['restart: unless-stopped', "restart: 'no'"]],
  'asks everybody how he is, by a check that can fail': [
    ["[CMD, wget, -qO, /dev/null, 'http://127.0.0.1:9411/health']", '[CMD, wget, --version]'],
    ['[CMD, mysqladmin, ping, ', '[CMD, mysqladmin, --version, '],
    ["[CMD, wget, -qO, /dev/null, 'http://127.0.0.1:9090/-/ready']", '[NONE]'],
    [
      "[CMD, curl, -sfo, /dev/null, 'http://127.0.0.1:5601/api/status']",
      '[CMD-SHELL, "curl -sf http://127.0.0.1:5601 || true"]',
    ],
    ['test: [CMD, filebeat, test, output, ', 'test: [CMD, filebeat, version, '],
    ['mem_limit: 80m', 'mem_limit: 80m\n  other:\n    image: other:1.0.0'],
    ['mem_limit: 80m', 'mem_limit: 80m\n  other:\n    healthcheck: { disable: true }'],
  ],
  'has a pod for each app': [
    ['aliases: [order]', 'aliases: [orders]'],
    ['APP_ID: order', 'APP_ID: cart'],
    ['source: order.json', 'source: payment.json'],
    [
      'order-pod: { condition: service_started, restart: true }\n      order:',
      'order-pod: { condition: service_started }\n      order:',
    ],
  ],
  'has sidecars that trust nobody': [
    ['MICROMART_ACCESS_DEFAULT: deny', 'MICROMART_ACCESS_DEFAULT: allow'],
    ['--config /dapr/order.yaml', '--config /dapr/gateway.yaml'],
    ['test: [CMD, /daprd, --wait, ', 'test: [CMD, /daprd, --version, '],
    ['SSL_CERT_FILE: /run/secrets/ca.crt', 'SSL_CERT_DIR: /etc'],
  ],
  'has stores that speak TLS and keep their data': [
    ['      - --require-secure-transport=ON\n', ''],
    ['command: [redis-server, /run/secrets/redis.conf]', 'command: [redis-server]'],
    ["volumes: ['redis:/data']", 'volumes: []'],
  ],
  'starts in an order that waits for what is needed': [
    [
      'migrate-order: { condition: service_completed_successfully }',
      'migrate-order: { condition: service_started }',
    ],
    [
      'depends_on: { mysql: { condition: service_healthy } }',
      'depends_on: { mysql: { condition: service_started } }',
    ],
  ],
  'has all variables in .env.example, with their defaults': [
    ['${ZIPKIN_PORT:-9411}', '${ZIPKIN_DOOR:-9411}'],
    ['${ZIPKIN_PORT:-9411}', '${ZIPKIN_PORT:-9412}'],
  ],
  'mounts what is there': [['./components:/components:ro', './component:/components:ro']],
}

describe('docker-compose.yml', () => {
  it('obeys every rule, of which each has broken examples', () => {
    const checks = judgeCompose(composeOf(text), facts)
    expect(checks.filter(({ faults }) => faults.length > 0)).toEqual([])
    expect(checks.map(({ check }) => check)).toEqual(Object.keys(broken))
  })

  describe.each(Object.entries(broken))('%s', (rule, changes) => {
    it.each(changes)('catches %j as %j', (from, to) => {
      expect(failing(replaced(from, to))).toContain(rule)
    })
  })

  it('catches a variable of .env.example that nothing uses', () => {
    const more = { example: `${example}OTHER=1\n` }
    expect(failing(text, more)).toEqual(['has all variables in .env.example, with their defaults'])
  })
})

it('knows what was left in a network that is gone', () => {
  const at = (service, startedAt) => ({ service, startedAt, isRunning: true })
  const containers = [
    at('order-pod', 20),
    at('order', 10),
    at('order-dapr', 30),
    at('cart-pod', 1),
    at('cart', 2),
    at('cart-dapr', 1),
    at('mysql', 0),
  ]
  expect(strandedIn(containers)).toEqual(['order'])
})
