import { describe, expect, it } from '@jest/globals'
import { type App, apps, components } from '@micromart/contracts'
import { secretsOf, stateful } from '@micromart/contracts/rights'
import { DaprService } from '@micromart/dapr/protocol'
import { readFileSync } from 'node:fs'
import { codeOf, tokenOf } from '../support/rpcs.ts'
import { shop } from '../support/shop.ts'

const everyApp = Object.values(apps).filter((app) => shop.ports[app]?.daprHttp)
const everySecret = Object.keys(JSON.parse(readFileSync(shop.secrets, 'utf8')) as object)

const ask = async (app: App, path: string, method = 'GET') => {
  const answer = await fetch(`http://127.0.0.1:${shop.ports[app]!.daprHttp}${path}`, {
    method,
    headers: { 'dapr-api-token': tokenOf(app, 'dapr') },
    signal: AbortSignal.timeout(5_000),
  })
  return { status: answer.status, text: await answer.text() }
}

const gRPC = (app: App, name: string, message?: Buffer) =>
  codeOf(
    shop.ports[app]!.daprGrpc,
    { path: `/dapr.proto.runtime.v1.Dapr/${name}` },
    { 'dapr-api-token': tokenOf(app, 'dapr') },
    message,
  )

const notThere = { code: 'UNIMPLEMENTED', details: 'Not Implemented' }

/** What no app has a use for; the shop's own APIs are told apart below. */
const unused = [
  'InvokeService',
  'InvokeBinding',
  'InvokeActor',
  'GetActorState',
  'StartWorkflowBeta1',
  'ScheduleJob',
  'EncryptAlpha1',
  'SubtleSignAlpha1',
  'TryLockAlpha1',
  'GetConfiguration',
  'ConverseAlpha2',
  'SetMetadata',
  'SubscribeTopicEventsAlpha1',
  'Shutdown',
]

const unusedHttp = [
  ['POST', '/v1.0/invoke/user/method/x'],
  ['POST', '/v1.0/actors/a/1/method/x'],
  ['POST', '/v1.0/bindings/x'],
  ['POST', '/v1.0/publish/pubsub/order.paid.v1'],
  ['GET', '/v1.0/state/state/member:x'],
  ['GET', '/v1.0/configuration/x'],
  ['POST', '/v1.0-beta1/workflows/dapr/x/start'],
  ['POST', '/v1.0/shutdown'],
] as const

describe('the sidecar’s own API', () => {
  it.each(everyApp)('S57 %s has what it uses of it, and nothing else', async (app) => {
    const codes = await Promise.all(unused.map((name) => gRPC(app, name)))
    expect(codes).toEqual(unused.map(() => notThere))
    const answers = await Promise.all(unusedHttp.map(([method, path]) => ask(app, path, method)))
    expect(answers.map(({ status }) => status)).toEqual(unusedHttp.map(() => 404))
    expect((await ask(app, '/v1.0/healthz/outbound')).status).toBe(204)
  })

  it.each(everyApp)('S57 %s keeps state only if it is its to keep', async (app) => {
    const message = DaprService.getState.requestSerialize({
      storeName: components.state,
      key: 'member:x',
      consistency: 0,
      metadata: {},
    })
    const answer = await gRPC(app, 'GetState', message)
    expect(answer).toEqual(stateful.includes(app) ? { code: 'OK', details: '' } : notThere)
  })
})

describe('the secrets', () => {
  it.each(everyApp)('S57 %s reads its own, and no other', async (app) => {
    const own = secretsOf[app]
    const read = await Promise.all(
      everySecret.map(async (name) => ({
        name,
        status: (await ask(app, `/v1.0/secrets/${components.secrets}/${name}`)).status,
      })),
    )
    const refused = own.length > 0 ? 403 : 404 // cart has no use of the API at all
    expect(read).toEqual(
      everySecret.map((name) => ({ name, status: own.includes(name) ? 200 : refused })),
    )
    const bulk = await ask(app, `/v1.0/secrets/${components.secrets}/bulk`)
    const all = bulk.status === 200 ? Object.keys(JSON.parse(bulk.text) as object) : []
    expect(all.toSorted()).toEqual(everySecret.filter((name) => own.includes(name)).toSorted())
  })
})
