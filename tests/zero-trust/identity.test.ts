import { afterAll, describe, expect, it } from '@jest/globals'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { connect as connectTls } from 'node:tls'
import { type App, apps } from '@micromart/contracts'
import { UserServiceService } from '@micromart/contracts/user'
import { freePort } from '@micromart/testing'
import { codeOf } from '../support/rpcs.ts'
import { pidOnPort } from '../support/processes.ts'
import { shop } from '../support/shop.ts'

const zeroTrust = shop.zeroTrust ? describe : describe.skip
const home = path.dirname(shop.secrets)
const sentry = path.join(shop.certificates, 'sentry')
const folder = mkdtempSync(path.join(os.tmpdir(), 'micromart-identity-'))

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Where an app's sidecar listens for other sidecars: the one port of its process that dapr.yaml does not name. */
const internalPortOf = (app: App): number => {
  const { daprGrpc, daprHttp, metrics } = shop.ports[app]!
  const pid = pidOnPort(daprGrpc)
  const lines = execFileSync('ss', ['-Hltnp'], { encoding: 'utf8' }).split('\n')
  const ports = lines
    .filter((line) => line.includes(`pid=${pid},`))
    .map((line) => Number(/:(\d+) /.exec(line)?.[1]))
  const [internal] = ports.filter((port) => ![daprGrpc, daprHttp, metrics].includes(port))
  if (internal === undefined) throw new Error(`no internal port of ${app} among ${ports.join()}`)
  return internal
}

const getJwks = { path: UserServiceService.getJwks.path }

/** Starts a sidecar that calls itself `app` and shows sentry what it is given; says how it ended, or that it got its certificate. */
const startImpostor = async (app: string, token: string | undefined) => {
  const ports = await Promise.all(Array.from({ length: 4 }, freePort))
  const names = ['dapr-grpc-port', 'dapr-http-port', 'dapr-internal-grpc-port', 'metrics-port']
  const shopEnv = readFileSync(path.join(home, 'run', 'env', 'cart.env'), 'utf8')
  const address = /--sentry-address ([\d.:]+)/.exec(shopEnv)?.[1] ?? ''
  const args = [
    ...names.map((name, index) => `--${name}=${ports[index]}`),
    `--app-id=${app}`,
    `--resources-path=${folder}`,
    '--dapr-listen-addresses=127.0.0.1',
    '--dapr-internal-grpc-listen-address=127.0.0.1',
    '--enable-mtls',
    `--sentry-address=${address}`,
  ]
  const env = {
    DAPR_TRUST_ANCHORS: readFileSync(path.join(sentry, 'ca.crt'), 'utf8'),
    ...(token ? { DAPR_SENTRY_TOKEN_FILE: token } : {}),
  }
  const child = spawn(shop.daprd, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  const gotCertificate = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data: Buffer) => {
        said += data.toString()
        if (/Security is initialized successfully/.test(said)) resolve()
      })
    }
  })
  await Promise.race([gotCertificate, once(child, 'exit')])
  if (child.exitCode === null) {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  return said
}

zeroTrust('who a sidecar is', () => {
  const token = (app: App) => path.join(sentry, 'tokens', `${app}.jwt`)

  it('S57 a plain connection to a sidecar’s internal port is refused', async () => {
    for (const app of Object.values(apps)) {
      const headers = { 'dapr-app-id': app, 'dapr-callee-app-id': app }
      const { code } = await codeOf(internalPortOf(app), getJwks, headers)
      expect({ app, code }).toEqual({ app, code: 'UNAVAILABLE' })
    }
  })

  it('S57 so is TLS without a certificate of the shop’s sentry', async () => {
    const socket = connectTls({
      port: internalPortOf(apps.user),
      host: '127.0.0.1',
      rejectUnauthorized: false,
      ALPNProtocols: ['h2'],
    })
    // TLS 1.3 tells a client that shows nothing only after its handshake.
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException]
    expect(error.code).toMatch(/CERTIFICATE|ECONNRESET/)
  })

  it('S57 sentry gives nobody the name of another, or a name without a token', async () => {
    const refusal = /token validation failed|a validator name must be specified/
    expect(await startImpostor(apps.gateway, token(apps.cart))).toMatch(refusal)
    expect(await startImpostor(apps.gateway, undefined)).toMatch(refusal)
    expect(await startImpostor('intruder', token(apps.cart))).toMatch(refusal)
    expect(await startImpostor(apps.cart, token(apps.cart))).toMatch(/initialized successfully/)
  }, 120_000)

  it('S59 what proves a sidecar’s name is its owner’s alone', () => {
    const files = readdirSync(path.join(home, 'run', 'env')).map((name) => `run/env/${name}`)
    const tokens = readdirSync(path.join(sentry, 'tokens')).map(
      (name) => `certs/sentry/tokens/${name}`,
    )
    const keys = ['certs/sentry/issuer.key', 'certs/ca.key', 'certs/gateway.key']
    const all = [...files, ...tokens, ...keys]
    const stat = ['-c', '%a %n', ...all]
    const modes = execFileSync('stat', stat, { cwd: home, encoding: 'utf8' }).trim().split('\n')
    expect(modes).toEqual(all.map((name) => `600 ${name}`))
  })
})
