import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import net from 'node:net'

const listen = (port, host) =>
  new Promise((resolve) => {
    const server = net.createServer()
    server.on('error', () => resolve(undefined))
    server.listen({ port, host, exclusive: true }, () => resolve(server))
  })

/** On all addresses, as the Dapr CLI asks too. */
export const isFree = async (port) => {
  const server = await listen(port)
  if (!server) return false
  await new Promise((resolve) => server.close(resolve))
  return true
}

// Below the range from which the kernel picks ports for outgoing connections.
const lowest = 20_000
const highest = 32_000

/** So many free ports, none twice, held open together while they are picked. */
export const freePorts = async (count) => {
  const servers = new Map()
  while (servers.size < count) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest))
    const server = servers.has(port) ? undefined : await listen(port)
    if (server) servers.set(port, server)
  }
  await Promise.all([...servers.values()].map((each) => new Promise((done) => each.close(done))))
  return [...servers.keys()]
}

/** The wished port, or another free one. */
export const portNear = async (wish) => ((await isFree(wish)) ? wish : (await freePorts(1))[0])

export const isListening = (port, host = '127.0.0.1') =>
  new Promise((resolve) => {
    const socket = net.connect({ port, host, timeout: 2000 })
    const end = (answer) => () => {
      socket.destroy()
      resolve(answer)
    }
    socket.on('connect', end(true)).on('error', end(false)).on('timeout', end(false))
  })

const inodesListening = (port) => {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  return ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter((cells) => cells[1]?.endsWith(`:${hex}`) && cells[3] === '0A')
      .map((cells) => `socket:[${cells[9]}]`),
  )
}

const holds = (pid, sockets) => {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) =>
      sockets.includes(readlinkSync(`/proc/${pid}/fd/${fd}`)),
    )
  } catch {
    return false
  }
}

/** Who listens on a port, as text: `process 4711 (nginx)`; undefined when it cannot be told. */
export const holderOf = (port) => {
  try {
    const sockets = inodesListening(port)
    const pid = readdirSync('/proc').find((name) => /^\d+$/.test(name) && holds(name, sockets))
    return pid && `process ${pid} (${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()})`
  } catch {
    return undefined
  }
}
