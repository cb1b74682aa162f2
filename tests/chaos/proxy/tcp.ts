import { connect, createServer, type Socket } from 'node:net'
import { isRefusal, keepDoor } from './door.ts'
import type { Edge, Toxic, Verdict } from './edge.ts'
import { carry, clearUp, newWeather } from './flow.ts'
import type { Traps } from './traps.ts'

/** A proxy on one edge. */
export type EdgeProxy = {
  readonly spoil: (toxic: Toxic) => void
  /** How much the toxic has met so far. */
  readonly met: () => number
  /** @returns how much the toxic has met */
  readonly heal: () => number
  /** Ends all connections with a reset, once. @returns how many there were */
  readonly cut: () => number
  readonly close: () => void
}

/** Carries an edge's connections byte by byte. A trap holds a chunk from the client that has its text. */
export const tcpProxy = (edge: Edge, traps: Traps): EdgeProxy => {
  const weather = newWeather()
  const sockets = new Set<Socket>()

  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('close', () => sockets.delete(socket))
  }

  const cut = () => {
    const count = sockets.size
    for (const socket of sockets) socket.resetAndDestroy()
    return count
  }

  const server = createServer((client) => {
    keep(client)
    if (weather.toxic?.kind === 'reset') {
      weather.touched += 1
      client.on('error', () => {})
      client.resetAndDestroy()
      return
    }
    if (weather.toxic) weather.touched += 1
    const upstream = connect({ ...edge.target, noDelay: true })
    keep(upstream)
    upstream.on('error', (error) => {
      if (isRefusal(error)) door.shut()
      client.resetAndDestroy()
    })
    const obey = async (held: Promise<Verdict>): Promise<boolean> => {
      const isLost = (await held) === 'reset'
      if (isLost) client.resetAndDestroy()
      return !isLost
    }
    const holds = (body: Buffer) => {
      const held = traps.meet(edge.name, { body }, 'before')
      return held && obey(held)
    }
    carry(client, upstream, { weather, truncates: false, holds })
    carry(upstream, client, { weather, truncates: true })
  })
  const door = keepDoor(server, edge)

  return {
    spoil: (toxic) => {
      weather.touched = 0
      weather.toxic = toxic
      if (toxic.kind === 'reset') weather.touched += cut()
    },
    met: () => weather.touched,
    heal: () => clearUp(weather),
    cut,
    close: () => {
      door.close()
      cut()
    },
  }
}
