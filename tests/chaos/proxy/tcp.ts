import { connect, createServer, type Socket } from 'node:net'
import { isRefusal, keepDoor } from './door.ts'
import type { Edge, Toxic } from './edge.ts'
import { carry, newWeather } from './flow.ts'

/** A proxy on one edge. */
export type EdgeProxy = {
  readonly spoil: (toxic: Toxic) => void
  /** @returns how much the toxic has met */
  readonly heal: () => number
  /** Ends all connections with a reset, once. @returns how many there were */
  readonly cut: () => number
  readonly close: () => void
}

/** Carries an edge's connections byte by byte. */
export const tcpProxy = (edge: Edge): EdgeProxy => {
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
    carry(client, upstream, weather, false)
    carry(upstream, client, weather, true)
  })
  const door = keepDoor(server, edge)

  return {
    spoil: (toxic) => {
      weather.touched = 0
      weather.toxic = toxic
      if (toxic.kind === 'reset') weather.touched += cut()
    },
    heal: () => {
      weather.toxic = undefined
      for (const wake of weather.onHeal) wake()
      return weather.touched
    },
    cut,
    close: () => {
      door.close()
      cut()
    },
  }
}
