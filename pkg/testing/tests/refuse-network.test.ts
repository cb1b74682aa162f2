import { once } from 'node:events'
import { createServer, request } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { expect, it } from '@jest/globals'
import { Client, credentials } from '@grpc/grpc-js'
import { systemIds } from '@micromart/kernel'

// No address here belongs to anybody: TEST-NET-1 (RFC 5737), documentation (RFC 3849), `.invalid` (RFC 2606).

const failureOf = async (socket: NodeJS.EventEmitter): Promise<string> => {
  const [error] = (await once(socket, 'error')) as [Error]
  return error.message
}

it.each([
  ['an address', () => connect(80, '192.0.2.1')],
  ['an address of IPv6', () => connect({ port: 80, host: '2001:db8::1' })],
  ['a name', () => connect({ port: 80, host: 'shop.invalid' })],
  ['a name that begins like the loopback', () => connect({ port: 80, host: '127.0.0.1.invalid' })],
  ['TLS', () => connectTls(443, '192.0.2.1')],
  ['HTTP', () => request('http://192.0.2.1/').end()],
])('a test reaches no other host: %s', async (_, begin) => {
  expect(await failureOf(begin())).toMatch(/^tests reach no other host: /)
})

it('a test reaches no other host: fetch', async () => {
  const failed = fetch('http://shop.invalid/')
  await expect(failed).rejects.toMatchObject({
    cause: { message: 'tests reach no other host: shop.invalid' },
  })
})

it('a test reaches no other host: gRPC', async () => {
  const client = new Client('192.0.2.1:50051', credentials.createInsecure())
  const waited = new Promise((resolve) => client.waitForReady(Date.now() + 500, resolve))
  expect(await waited).toBeInstanceOf(Error)
  client.close()
})

it('reaches what runs on this machine, by port and by path', async () => {
  const server = createServer((_request, response) => response.end('here')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  expect(await (await fetch(`http://localhost:${port}/`)).text()).toBe('here')
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('here')
  server.close()
  const path = join(tmpdir(), `${systemIds.next()}.sock`)
  const local = createServer((_request, response) => response.end('here')).listen(path)
  await once(local, 'listening')
  const [response] = await once(request({ socketPath: path }).end(), 'response')
  expect(response.statusCode).toBe(200)
  response.resume()
  local.close()
})
