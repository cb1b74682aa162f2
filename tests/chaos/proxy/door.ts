import { connect, type Server } from 'node:net'
import type { Edge } from './edge.ts'

const lookEveryMs = 50

const answers = (target: Edge['target']): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(target)
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })

/** The listening side of a proxy: open while its target listens, so that a dead target refuses connections as ever. */
export type Door = {
  /** The target has refused: closed until it listens again. */
  readonly shut: () => void
  readonly close: () => void
}

export const keepDoor = (server: Server, edge: Edge): Door => {
  const end = new AbortController()
  let looking = false

  const look = async (): Promise<void> => {
    looking = true
    while (!end.signal.aborted && !(await answers(edge.target))) {
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs))
    }
    looking = false
    if (!end.signal.aborted && !server.listening) server.listen(edge.listen.port, edge.listen.host)
  }

  void look()
  return {
    shut: () => {
      if (looking) return
      server.close()
      void look()
    },
    close: () => {
      end.abort()
      server.close()
    },
  }
}

/** Whether an error says that nobody listens there. */
export const isRefusal = (error: Error): boolean => 'code' in error && error.code === 'ECONNREFUSED'
