import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { describe, expect, it } from '@jest/globals'
import { fromOsv } from './dependencies.mjs'
import { isAllowed } from './licences.mjs'
import { packagesIn } from './lock.mjs'
import { violations } from './rules.mjs'
import { secretsIn } from './secrets.mjs'

describe('S69 packages', () => {
  const packages = {
    '': { name: 'shop' },
    'node_modules/tool': {
      version: '1.0.0',
      license: 'MIT',
      optionalDependencies: { 'tool-darwin-arm64': '1.0.0' },
    },
    'node_modules/tool-darwin-arm64': { version: '1.0.0', optional: true },
    'node_modules/a/node_modules/tool': { version: '2.0.0', license: 'ISC', dev: true },
    'node_modules/alias': { name: 'tool', version: '3.0.0', license: 'MIT' },
    'node_modules/own': { link: true, resolved: 'pkg/own' },
  }

  it('are read from the lockfile, each version once, a platform’s build under its parent’s licence', () => {
    const read = packagesIn({ packages }).map(({ name, version, licence }) => [
      name,
      version,
      licence,
    ])
    expect(read).toEqual([
      ['tool', '1.0.0', 'MIT'],
      ['tool-darwin-arm64', '1.0.0', 'MIT'],
      ['tool', '2.0.0', 'ISC'],
      ['tool', '3.0.0', 'MIT'],
    ])
  })

  it.each(['MIT', '(MIT OR GPL-3.0-only)', 'Apache-2.0 AND BSD-3-Clause', 'apache-2.0'])(
    'may be under %s',
    (licence) => expect(isAllowed(licence)).toBe(true),
  )

  it.each(['GPL-3.0-only', 'MIT AND AGPL-3.0', 'SEE LICENSE IN LICENSE', '', undefined])(
    'may not be under %j',
    (licence) => expect(isAllowed(licence)).toBe(false),
  )
})

describe('S69 advisories of an OSV server', () => {
  const packages = [
    { name: 'good', version: '1.0.0' },
    { name: 'bad', version: '2.0.0' },
  ]

  it('are told with the package that they are about', async () => {
    const asked = []
    const server = createServer(async (request, response) => {
      for await (const part of request) asked.push(part)
      response.end(
        JSON.stringify({ results: [{}, { vulns: [{ id: 'GHSA-1' }, { id: 'CVE-2' }] }] }),
      )
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const found = await fromOsv(`http://127.0.0.1:${server.address().port}`, packages, new Date())
    server.close()
    expect(found).toEqual(['bad 2.0.0: GHSA-1 CVE-2'])
    expect(JSON.parse(Buffer.concat(asked)).queries[1]).toEqual({
      package: { name: 'bad', ecosystem: 'npm' },
      version: '2.0.0',
    })
  })
})

describe('S59 a secret', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })

  it.each([
    ['a private key', privateKey.export({ type: 'pkcs8', format: 'pem' })],
    ['a short private key', privateKey.export({ type: 'sec1', format: 'pem' })],
    ['one in JSON', JSON.stringify(privateKey.export({ format: 'jwk' }))],
    ['a token', `GITHUB_TOKEN=ghp_${'aB3dE6gH9j'.repeat(4).slice(0, 36)}`],
    ['a database password', ['mysql://admin', 'huntertwo@db.internal/x'].join(':')],
  ])('is found: %s', async (_what, content) => {
    expect(await secretsIn({ path: 'src/a.ts', id: '0'.repeat(40), content })).toHaveLength(1)
  })

  it('is none where a test made it up', async () => {
    for (const url of [
      'mysql://shop:made-up@127.0.0.1:3306',
      'mysql://mm:p%40ss@db.example:3307/x',
    ]) {
      const content = `openDatabase('${url}')`
      expect(await secretsIn({ path: 'a.ts', id: '0'.repeat(40), content })).toEqual([])
    }
  })
})

describe('the shop’s own rules', () => {
  it.each([
    ['no-code-from-text', `const f = new Function('x', text)`],
    ['no-child-process', `import { exec } from 'node:child_process'`],
    ['outgoing-requests', 'await fetch(product.image)'],
    ['outgoing-requests', 'https.get(url)'],
    ['no-unverified-tls', 'connect({ rejectUnauthorized: false })'],
    ['no-weak-hash', `createHash('md5')`],
    ['no-weak-cipher', `createCipheriv('aes-256-cbc', key, iv)`],
    ['guessable-numbers', 'const token = Math.random()'],
    ['no-own-cookies', `response.setHeader('Set-Cookie', 'a=b')`],
    ['no-own-cookies', `answer.headers['set-cookie'] = 'a=b'`],
    ['no-html', '`<!doctype html><p>${name}`'],
    ['no-disabled-checks', '// @ts-ignore'],
  ])('%s is broken by: %s', (id, code) => {
    expect(violations('services/order/src/x.ts', code)).toEqual([
      expect.stringContaining(`services/order/src/x.ts:1 ${id}: `),
    ])
  })

  it('say nothing of words in comments', () => {
    expect(violations('services/order/src/x.ts', '/** Like fetch(url). */ // eval(x)')).toEqual([])
  })
})
