import type { HttpHeader, ServeResponse } from '@micromart/contracts/user'
import type { Answer, Input, Route } from '../http/route.ts'
import type { Shop } from '../client/shop.ts'
import { deviceOf } from './device.ts'

/** What the authorization server reads of a request's headers; nothing else goes further. */
const sent = ['accept', 'authorization', 'content-type', 'sec-fetch-site'] as const

/** What goes back of its answer's. */
const returned: ReadonlySet<string> = new Set([
  'content-security-policy',
  'location',
  'retry-after',
  'set-cookie',
  'www-authenticate',
])

/** The authorization server's own: it gets no other cookie, and sets no other. */
const ownCookie = /^(?:__(?:Host|Secure)-)?mm_(?:session|interaction|resume)=/

type Sent = Input<unknown, unknown, unknown>

const cookieOf = ({ header }: Sent): readonly HttpHeader[] => {
  const own = (header('Cookie') ?? '').split(/; */).filter((pair) => ownCookie.test(pair))
  return own.length === 0 ? [] : [{ name: 'cookie', value: own.join('; ') }]
}

const headersOf = (input: Sent): readonly HttpHeader[] => [
  ...sent.flatMap((name) => {
    const value = input.header(name)
    return value === undefined ? [] : [{ name, value }]
  }),
  ...cookieOf(input),
]

const returnedHeaders = ({ headers }: ServeResponse): Record<string, string | string[]> => {
  const grouped = Object.groupBy(
    headers.filter(({ name }) => returned.has(name)),
    ({ name }) => name,
  )
  return Object.fromEntries(
    Object.entries(grouped).map(([name, same = []]) => {
      const values = same.map(({ value }) => value)
      if (name === 'set-cookie') return [name, values.filter((value) => ownCookie.test(value))]
      return [name, values.join(', ')]
    }),
  )
}

const bytesOf = (answer: ServeResponse): Pick<Answer, 'bytes'> => {
  const type = answer.headers.find(({ name }) => name === 'content-type')?.value
  if (type === undefined || answer.body.length === 0) return {}
  return { bytes: { type, content: answer.body } }
}

/** Passes a request to the authorization server, and its answer back: one to one, but for the headers of both. */
export const forward =
  (method: Route['method'], headers: Answer['headers'] = {}) =>
  async (input: Sent, { oauth }: Shop): Promise<Answer> => {
    const { target, body } = input
    const answer = await oauth.serve({
      method: method.toUpperCase(),
      target,
      headers: headersOf(input),
      body: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
      device: deviceOf(input),
    })
    const all = { ...headers, ...returnedHeaders(answer) }
    return { status: answer.status, headers: all, ...bytesOf(answer) }
  }
