import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js'
import { type App, apps, components } from '@micromart/contracts'
import { CartBooksServiceService, CartServiceService } from '@micromart/contracts/cart'
import {
  AuditServiceService,
  BacklogServiceService,
  DeadLetterServiceService,
} from '@micromart/contracts/ops'
import { OrderServiceService } from '@micromart/contracts/order'
import { PaymentServiceService } from '@micromart/contracts/payment'
import { PrivacyServiceService } from '@micromart/contracts/privacy'
import { ProductServiceService } from '@micromart/contracts/product'
import { calls } from '@micromart/contracts/rights'
import {
  ClientServiceService,
  OAuthServiceService,
  UserServiceService,
} from '@micromart/contracts/user'
import { DaprService } from '@micromart/dapr/protocol'
import { shop } from './shop.ts'

const operations = { ...BacklogServiceService, ...AuditServiceService }
const letters = DeadLetterServiceService // of those who hear events
const privacy = PrivacyServiceService // of those who keep something of people beside the account

/** What each app serves. */
export const definitions = {
  product: { ...ProductServiceService, ...operations },
  user: { ...UserServiceService, ...OAuthServiceService, ...ClientServiceService, ...operations },
  cart: {
    ...CartServiceService,
    ...CartBooksServiceService,
    ...operations,
    ...letters,
    ...privacy,
  },
  order: { ...OrderServiceService, ...operations, ...letters, ...privacy },
  payment: { ...PaymentServiceService, ...operations },
} as const

export type Rpc = {
  readonly app: keyof typeof definitions
  readonly path: string
  readonly requestStream: boolean
  readonly responseStream: boolean
}

/** Every RPC with the app that serves it. */
export const rpcs: readonly Rpc[] = Object.entries(definitions).flatMap(([app, definition]) =>
  Object.values(definition).map(({ path: name, requestStream, responseStream }) => ({
    app: app as Rpc['app'],
    path: name,
    requestStream,
    responseStream,
  })),
)

/** Whether an app may call an RPC. */
export const mayCall = (caller: App, { app, path: name }: Rpc): boolean =>
  calls[caller][app]?.includes(name) ?? false

/** An app that may call an RPC: not all have one that may. */
export const callerOf = (rpc: Rpc): App | undefined =>
  Object.values(apps).find((caller) => mayCall(caller, rpc))

const keys = JSON.parse(
  readFileSync(path.join(path.dirname(shop.secrets), 'keys.json'), 'utf8'),
) as Readonly<Record<string, string>>

/** What an app proves itself with to its sidecar, or its sidecar to it. */
export const tokenOf = (app: App, of: 'dapr' | 'app'): string => {
  const token = keys[`${of}-api-token-${app}`]
  if (token === undefined) throw new Error(`no ${of} token of ${app}`)
  return token
}

type Answer = { readonly code: string; readonly details: string }

const noMessage: Buffer = Buffer.alloc(0)
const asIs = (bytes: Buffer) => bytes

/** Sends bytes as a message, empty by default, and says which status came back: of a stream with its first message. */
export const codeOf = (
  port: number,
  {
    path: name,
    responseStream = false,
  }: { readonly path: string; readonly responseStream?: boolean },
  headers: Readonly<Record<string, string>>,
  message = noMessage,
): Promise<Answer> => {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure())
  const metadata = new Metadata()
  for (const [header, value] of Object.entries(headers)) metadata.set(header, value)
  return new Promise((resolve) => {
    const answered = (error: Partial<ServiceError> | null) => {
      client.close()
      resolve({ code: status[error?.code ?? status.OK], details: error?.details ?? '' })
    }
    const options = { deadline: Date.now() + 30_000 }
    if (!responseStream) {
      client.makeUnaryRequest(name, asIs, asIs, message, metadata, options, answered)
      return
    }
    const stream = client.makeServerStreamRequest(name, asIs, asIs, message, metadata, options)
    stream.on('error', answered)
    stream.on('end', () => answered(null))
    stream.once('data', () => {
      answered(null)
      stream.cancel()
    })
  })
}

/** Calls an RPC of another app as an app does, through its own sidecar; with a user's token, if it has one. */
export const callAs = (
  caller: App,
  rpc: Rpc,
  message?: Buffer,
  token?: string,
): Promise<Answer> => {
  const headers = {
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    'dapr-app-id': rpc.app,
    'dapr-api-token': tokenOf(caller, 'dapr'),
    ...(rpc.requestStream || rpc.responseStream ? { 'dapr-stream': 'true' } : {}),
  }
  return codeOf(shop.ports[caller]!.daprGrpc, rpc, headers, message)
}

/** Publishes an event as an app, through its own sidecar, and says which status came back. */
export const publish = (
  app: App,
  topic: string,
  payload: object,
  id: string = randomUUID(),
): Promise<Answer> => {
  const { path, requestSerialize } = DaprService.publishEvent
  const message = requestSerialize({
    pubsubName: components.pubsub,
    topic,
    data: Buffer.from(JSON.stringify(payload)),
    dataContentType: 'application/json',
    metadata: { 'cloudevent.id': id },
  })
  const headers = { 'dapr-api-token': tokenOf(app, 'dapr') }
  return codeOf(shop.ports[app]!.daprGrpc, { path }, headers, message)
}
