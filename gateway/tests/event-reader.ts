import { once } from 'node:events'
import { type ClientRequest, get, type IncomingMessage } from 'node:http'
import { eventually } from '@micromart/testing'

type ReadEvent = {
  readonly id: string | undefined
  readonly event: string | undefined
  readonly data: unknown
}

const fieldsOf = (block: string) =>
  new Map(
    block.split('\n').map((line): [string, string] => {
      const split = line.indexOf(':')
      return [line.slice(0, split), line.slice(split + 1).trimStart()]
    }),
  )

const eventOf = (block: string): ReadEvent[] => {
  const fields = fieldsOf(block)
  const data = fields.get('data')
  if (data === undefined) return []
  return [{ id: fields.get('id'), event: fields.get('event'), data: JSON.parse(data) as unknown }]
}

/** A stream of events as a browser reads it. */
export const readEvents = async (url: string, headers: Readonly<Record<string, string>> = {}) => {
  const request: ClientRequest = get(url, { headers, agent: false })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  let text = ''
  let ended = false
  response.setEncoding('utf8')
  response.on('data', (part: string) => {
    text += part
  })
  response.on('error', () => {})
  response.on('close', () => {
    ended = true
  })
  const blocks = () => text.split('\n\n').slice(0, -1)
  const events = () => blocks().flatMap(eventOf)
  return {
    status: response.statusCode,
    headers: response.headers,
    text: () => text,
    events,
    heartbeats: () => blocks().filter((block) => block === ':').length,
    /** Whether the stream came to a proper end. */
    complete: () => response.complete,
    ended: () => ended,
    until: (count: number) =>
      eventually(() => {
        if (events().length < count) throw new Error(`${events().length} of ${count} events`)
        return events()
      }),
    untilEnd: () =>
      eventually(() => {
        if (!ended) throw new Error('still open')
      }),
    pause: () => response.pause(),
    close: () => request.destroy(),
  }
}

export type EventReader = Awaited<ReturnType<typeof readEvents>>
