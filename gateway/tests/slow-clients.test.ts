import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, it } from '@jest/globals'
import { eventually } from '@micromart/testing'
import express from 'express'
import { z } from 'zod'
import { listen, type ListenSettings } from '../src/http/listen.ts'
import { body } from '../src/middleware/body.ts'
import { problemOf } from '../src/problem/problem.ts'
import { startForTest } from './start.ts'

const host = 'Host: shop\r\n'

const opened = async (port: number): Promise<Socket> => {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

/** All that a socket hears until the other side ends it. */
const heard = async (socket: Socket): Promise<string> => {
  let text = ''
  socket.on('data', (part: Buffer) => {
    text += part.toString('latin1')
  })
  await once(socket, 'close')
  return text
}

it('S47 serves beside a thousand sockets that never finish their headers or bodies', async () => {
  await using shop = await startForTest()
  shop.sidecar.answer('product', 'ListProducts', () => ({ items: [] }))
  const slow = await Promise.all(Array.from({ length: 1_000 }, () => opened(shop.port)))
  const begun = [
    `GET /v1/products HTTP/1.1\r\n${host}X-Slow: `,
    `POST /v1/cart/items HTTP/1.1\r\n${host}Content-Type: application/json\r\nContent-Length: 99\r\n\r\n{`,
  ]
  for (const [index, socket] of slow.entries()) socket.write(begun[index % 2]!)
  expect((await shop.http.get('/livez')).status).toBe(200)
  expect((await shop.http.get('/v1/products?q=beside')).status).toBe(200)
  for (const socket of slow) socket.destroy()
})

const standard = { port: 0, host: '127.0.0.1', maxSockets: 100 }

/** A listener that has less patience than the shop's. */
const listening = (settings: Partial<ListenSettings>) => {
  const app = express()
  const shape = z.strictObject({})
  app.post('/', body({ type: 'json', shape }, 50), (_request, response) => {
    response.status(204).end()
  })
  app.get('/', (_request, response) => {
    response.end('here')
  })
  const told: express.ErrorRequestHandler = (error, _request, response, _next) => {
    const { status, code } = problemOf(error)
    response.status(status).set('Connection', 'close').end(code)
  }
  app.use(told)
  return listen(app, { ...standard, ...settings })
}

it('S47 cuts a client whose headers do not arrive: 408 as a problem', async () => {
  const bounds = { headersTimeout: 100, requestTimeout: 100, connectionsCheckingInterval: 20 }
  await using server = await listening({ bounds })
  const socket = await opened(server.port)
  socket.write(`GET / HTTP/1.1\r\n${host}X-Slow: `)
  const answer = await heard(socket)
  expect(answer).toMatch(/^HTTP\/1\.1 408 /)
  expect(answer).toContain('"code":"request_timeout"')
})

it('S47 cuts a client whose body does not arrive: 408', async () => {
  await using server = await listening({})
  const socket = await opened(server.port)
  const head = `Content-Type: application/json\r\nContent-Length: 9\r\n\r\n`
  socket.write(`POST / HTTP/1.1\r\n${host}${head}{`)
  const answer = await heard(socket)
  expect(answer).toMatch(/^HTTP\/1\.1 408 /)
  expect(answer).toContain('request_timeout')
})

it('S47 cuts a client that says nothing, and one that has had its answer', async () => {
  await using server = await listening({ bounds: { quiet: 50, keepAliveTimeout: 50 } })
  expect(await heard(await opened(server.port))).toBe('')
  const socket = await opened(server.port)
  socket.write(`GET / HTTP/1.1\r\n${host}\r\n`)
  expect(await heard(socket)).toMatch(/^HTTP\/1\.1 200 /)
})

it('S47 takes no more sockets than it is told to, and others once there is room', async () => {
  await using server = await listening({ maxSockets: 2 })
  const ask = async (socket: Socket) => {
    socket.write(`GET / HTTP/1.1\r\n${host}Connection: close\r\n\r\n`)
    return heard(socket)
  }
  const [first, second] = [await opened(server.port), await opened(server.port)]
  expect(await heard(await opened(server.port))).toBe('')
  expect(await ask(first)).toMatch(/^HTTP\/1\.1 200 /)
  await eventually(async () =>
    expect(await ask(await opened(server.port))).toMatch(/^HTTP\/1\.1 200 /),
  )
  second.destroy()
})
