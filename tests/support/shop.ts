import { readFileSync } from 'node:fs'

type Account = { readonly email: string; readonly password: string }

/** What the test runner says of the shop it has started. */
type RunningShop = {
  readonly gateway: string
  /** The same by HTTPS. */
  readonly secure: string
  /** Whether sidecars speak mTLS and access lists count. */
  readonly zeroTrust: boolean
  /** What stands before an app's name in what its sidecar proves it is. */
  readonly identities: string
  /** Whether stores and provider speak TLS and nothing else. */
  readonly tls: boolean
  /** The program of the sidecars. */
  readonly daprd: string
  readonly accounts: Readonly<Record<'admin' | 'shopper' | 'merchandiser' | 'support', Account>>
  readonly ports: Readonly<Record<string, AppPorts>>
  readonly mysql: string
  readonly redis: string
  readonly secrets: string
  /** Folder with ca.crt and the servers' certificates and keys. */
  readonly certificates: string
  /** Where its callers come from, as it sees them. */
  readonly address: string
  /** Which files hold what it has logged: patterns. */
  readonly logs: readonly string[]
  /** Folder that gets every mail. */
  readonly mailbox: string
  readonly zipkin?: string
  /** Where it runs in a cluster: kubectl with the flags that name it, and namespaces by what is in them. */
  readonly cluster?: {
    readonly kubectl: readonly [string, ...string[]]
    /** What stands before a program that is to run in the cluster's own network. */
    readonly inside: readonly string[]
    readonly namespaces: Readonly<
      Record<'shop' | 'stores' | 'provider' | 'edge' | 'data' | 'traces', string>
    >
  }
}

/** Ports of one app and its sidecar, all on 127.0.0.1. */
type AppPorts = {
  readonly app?: number
  readonly http: number
  readonly tls?: number
  readonly publicTls?: number
  readonly daprHttp: number
  readonly daprGrpc: number
  readonly metrics: number
}

const described = process.env['MICROMART_E2E']
if (!described)
  throw new Error('MICROMART_E2E is not set: run the end-to-end tests by `npm run test:e2e`')

export const shop: RunningShop = JSON.parse(readFileSync(described, 'utf8')) as RunningShop

/** A secret of the running shop, as its secret store holds it. */
export const secret = (name: string): string => {
  const value = (JSON.parse(readFileSync(shop.secrets, 'utf8')) as Record<string, string>)[name]
  if (value === undefined) throw new Error(`no secret ${name}`)
  return value
}

export type Answer<Body> = {
  readonly status: number
  readonly headers: Headers
  readonly body: Body
  readonly text: string
}

type Options = {
  readonly token?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly timeoutMs?: number
}

/** One request to the gateway, as a shopper's client makes it. `body` is sent as JSON unless it is a text. */
export const call = async <Body = Record<string, unknown>>(
  method: string,
  path: string,
  { token, headers = {}, body, timeoutMs = 20_000 }: Options = {},
): Promise<Answer<Body>> => {
  const answer = await fetch(new URL(path, shop.gateway), {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    signal: AbortSignal.timeout(timeoutMs),
  })
  const text = await answer.text()
  const json = answer.headers.get('content-type')?.includes('json') ?? false
  return {
    status: answer.status,
    headers: answer.headers,
    body: (json ? JSON.parse(text) : undefined) as Body,
    text,
  }
}

/** Asks until the answer is as wanted; fails with the last one after `withinMs`. */
export const eventually = async <T>(
  ask: () => Promise<T>,
  wanted: (answer: T) => boolean,
  withinMs = 10_000,
): Promise<T> => {
  const end = Date.now() + withinMs
  for (;;) {
    const answer = await ask()
    if (wanted(answer)) return answer
    if (Date.now() > end) throw new Error(`not within ${withinMs} ms: ${JSON.stringify(answer)}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
