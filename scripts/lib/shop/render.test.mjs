import { describe, expect, it } from '@jest/globals'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parse } from 'yaml'
import { root } from '../machine/paths.mjs'
import { moveRunFile, portsNeeded, renderShop } from './render.mjs'
import { allPorts, portsOf, readRunFile } from './run-file-yaml.mjs'

const free = Array.from({ length: portsNeeded() }, (_, index) => 20_000 + index)

describe('a rendered run file', () => {
  const moved = moveRunFile(readRunFile(), { folder: '/runs/1', free, env: { LOG_LEVEL: 'warn' } })
  const app = (id) => moved.apps.find(({ appID }) => appID === id)

  it('has no port of the original', () => {
    const old = new Set(allPorts(portsOf(readRunFile())))
    expect(allPorts(portsOf(moved)).filter((port) => old.has(port))).toEqual([])
    expect(new Set(allPorts(portsOf(moved))).size).toBe(portsNeeded())
    expect(JSON.stringify(moved)).not.toMatch(/127\.0\.0\.1:(7\d{3}|8080|8443)/)
  })

  it('moves the addresses that apps are told along with the ports', () => {
    const { gateway, provider } = portsOf(moved)
    expect(moved.common.env.ISSUER_URL).toBe(`http://127.0.0.1:${gateway.public}`)
    expect(app('payment').env.PROVIDER_URL).toBe(`http://127.0.0.1:${provider.http}`)
    expect(app('gateway').env.RATE_LOGINS_PER_MINUTE).toBe('600')
  })

  it('sets the given environment for every app', () => {
    expect(new Set(moved.apps.map(({ env }) => env.LOG_LEVEL))).toEqual(new Set(['warn']))
  })

  it('has a mailbox of its own', () => {
    expect(app('user').env.MAIL_FOLDER).toBe(path.join('/runs/1', 'mailbox'))
    expect(app('cart').env.MAIL_FOLDER).toBeUndefined()
  })

  it('runs the code of the checkout from a folder of its own', () => {
    const [, script, entry] = app('cart').command
    expect([script, entry]).toEqual([
      path.join(root, 'scripts/run-app.mjs'),
      path.join(root, 'services/cart/src/main.ts'),
    ])
    expect(new Set(moved.apps.map(({ appDirPath }) => appDirPath))).toEqual(new Set(['/runs/1']))
  })

  it('takes wished ports as they are', () => {
    const wished = { gateway: { public: 18_080 } }
    const ports = portsOf(moveRunFile(readRunFile(), { folder: '/runs/1', free, wished }))
    expect(ports.gateway.public).toBe(18_080)
  })
})

describe('rendered components', () => {
  it('name the own secrets file and a name resolution that nobody else sees', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'mm-render-'))
    try {
      const pubsub = { redeliverInterval: '2s' }
      const { file } = renderShop({ folder, free, secretsFile: `${folder}/secrets.json`, pubsub })
      const read = (name) => parse(readFileSync(path.join(folder, 'components', name), 'utf8')).spec
      const value = (name, key) => read(name).metadata.find((each) => each.name === key).value

      expect(value('secrets.yaml', 'secretsFile')).toBe(`${folder}/secrets.json`)
      expect(value('pubsub.yaml', 'redeliverInterval')).toBe('2s')
      for (const { appID, configFilePath } of readRunFile(file).apps) {
        const configuration = `configurations/${appID}.yaml`
        expect(configFilePath).toBe(path.join(folder, 'components', configuration))
        expect(read(configuration).nameResolution).toMatchObject({
          component: 'sqlite',
          configuration: {
            connectionString: `${folder}/names.db`,
            cleanupInterval: '0s',
            busyTimeout: '9s',
          },
        })
        const text = readFileSync(configFilePath, 'utf8')
        expect(text).toMatch(/'?defaultAction'?: '\$MICROMART_ACCESS_DEFAULT'/)
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
