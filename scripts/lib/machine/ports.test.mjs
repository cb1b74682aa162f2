import { describe, expect, it } from '@jest/globals'
import { once } from 'node:events'
import net from 'node:net'
import { checkPorts } from './checks-before.mjs'
import { freePorts, holderOf, isFree } from './ports.mjs'

describe('a port', () => {
  it('is not free while somebody listens on the loopback alone, and is known by its holder', async () => {
    const server = net.createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address()
    try {
      expect(await isFree(port)).toBe(false)
      if (process.platform === 'linux') expect(holderOf(port)).toContain(String(process.pid))
    } finally {
      server.close()
    }
  })

  it('of a shop that is taken is named with its use and its holder', async () => {
    const server = net.createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address()
    try {
      const ports = { cart: { daprHttp: port }, order: { http: (await freePorts(1))[0] } }
      await expect(checkPorts(ports)).rejects.toMatchObject({
        message: expect.stringMatching(`^Ports are taken: ${port} for cart \\(daprHttp\\)`),
        advice: expect.stringMatching('Stop what holds them'),
      })
    } finally {
      server.close()
    }
  })

  it('is given out once', async () => {
    const ports = await freePorts(40)
    expect(new Set(ports).size).toBe(40)
  })
})
