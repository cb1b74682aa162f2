import { fork } from 'node:child_process'
import path from 'node:path'
import type { Edge, ProxyCommand, ProxyEvent, Toxic, Trap, Verdict } from './edge.ts'

/** A trap that is set, and what sits in it. */
export type SetTrap = {
  readonly hasCaught: () => boolean
  /** Gives up waiting; what is held goes on. */
  readonly lift: () => Promise<void>
}

/** The proxies of a run, from its driver's side. */
export type Proxies = AsyncDisposable & {
  readonly spoil: (edge: string, toxic: Toxic) => Promise<void>
  /** @returns how many chunks and connections the toxic has met */
  readonly heal: (edge: string) => Promise<number>
  /** How much the edge's toxic has met so far. */
  readonly met: (edge: string) => Promise<number>
  readonly cut: (edge: string) => Promise<number>
  readonly trap: (trap: Trap) => Promise<SetTrap>
  readonly judge: (id: string, verdict: Verdict) => Promise<void>
  /** Has a call that hangs before its callee reach it after all. */
  readonly deliver: (id: string) => Promise<void>
  readonly pid: number
}

/** Starts the proxy process and opens all edges. */
export const startProxies = async (edges: readonly Edge[]): Promise<Proxies> => {
  const child = fork(path.join(import.meta.dirname, 'main.ts'), { stdio: ['ignore', 2, 2, 'ipc'] })
  const asked = new Map<number, PromiseWithResolvers<number>>()
  const caught = new Set<string>()
  let last = 0

  child.on('message', (message: ProxyEvent) => {
    if (message.event === 'trapped') {
      caught.add(message.id)
      return
    }
    const waiting = asked.get(message.id)
    asked.delete(message.id)
    if (message.error === undefined) waiting?.resolve(message.touched ?? 0)
    else waiting?.reject(new Error(message.error))
  })
  child.on('exit', () => {
    for (const { reject } of asked.values()) reject(new Error('the proxies have ended'))
  })

  const send = (command: ProxyCommand): Promise<number> => {
    last += 1
    const answer = Promise.withResolvers<number>()
    asked.set(last, answer)
    child.send({ id: last, command })
    return answer.promise
  }

  await send({ do: 'open', edges })
  return {
    spoil: async (edge, toxic) => void (await send({ do: 'spoil', edge, toxic })),
    heal: (edge) => send({ do: 'heal', edge }),
    met: (edge) => send({ do: 'met', edge }),
    cut: (edge) => send({ do: 'cut', edge }),
    trap: async (trap) => {
      await send({ do: 'trap', trap })
      const lift = async () => void (await send({ do: 'untrap', id: trap.id }))
      return { hasCaught: () => caught.has(trap.id), lift }
    },
    judge: async (id, verdict) => void (await send({ do: 'judge', id, verdict })),
    deliver: async (id) => void (await send({ do: 'deliver', id }).catch(() => 0)), // its callee may refuse it
    pid: child.pid ?? 0,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null) return
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill()
      await ended
    },
  }
}
