import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Heard = {
  readonly id: string
  readonly type: string
  readonly data: Readonly<Record<string, unknown>>
  readonly signature: string
  readonly body: string
}

/** A merchant who takes webhooks, or refuses the first ones. */
export type Merchant = AsyncDisposable & {
  readonly url: string
  readonly heard: () => readonly Heard[]
  /** What it answers from now on. */
  readonly answer: (status: number) => void
}

export const startMerchant = async (): Promise<Merchant> => {
  const heard: Heard[] = []
  let status = 200
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      const signature = String(request.headers['provider-signature'])
      heard.push({ ...(JSON.parse(body) as Heard), signature, body })
      response.writeHead(status).end('{}')
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/webhooks/simulated`,
    heard: () => [...heard],
    answer: (given) => {
      status = given
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Whether a notice is signed as README.md says. */
export const isSigned = ({ signature, body }: Heard, key: string): boolean => {
  const seconds = /^t=(\d+),v1=[0-9a-f]{64}$/.exec(signature)?.[1] ?? ''
  const digest = createHmac('sha256', key).update(`${seconds}.${body}`).digest('hex')
  return signature === `t=${seconds},v1=${digest}`
}
