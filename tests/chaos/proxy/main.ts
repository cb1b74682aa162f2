/**
 * The proxies of a chaos run, in a process of their own: the load's work must not delay them. Takes commands from its
 * parent and ends with it.
 */
import type { Edge, ProxyCommand, ProxyEvent } from './edge.ts'
import { http1Proxy } from './http1.ts'
import { http2Proxy } from './http2.ts'
import { type EdgeProxy, tcpProxy } from './tcp.ts'
import { startTraps } from './traps.ts'

const tell = (message: ProxyEvent) => process.send?.(message)
const traps = startTraps((id) => tell({ event: 'trapped', id }))
const proxies = new Map<string, EdgeProxy>()

const open = (edge: Edge): void => {
  const make = { tcp: tcpProxy, http1: http1Proxy, http2: http2Proxy }[edge.protocol]
  proxies.set(edge.name, make(edge, traps))
}

const named = (edge: string): EdgeProxy => {
  const found = proxies.get(edge)
  if (!found) throw new Error(`no edge ${edge}`)
  return found
}

const obey = async (command: ProxyCommand): Promise<number> => {
  switch (command.do) {
    case 'open':
      command.edges.forEach(open)
      return command.edges.length
    case 'spoil':
      named(command.edge).spoil(command.toxic)
      return 0
    case 'heal':
      return named(command.edge).heal()
    case 'cut':
      return named(command.edge).cut()
    case 'trap':
      traps.set(command.trap)
      return 0
    case 'untrap':
      traps.lift(command.id)
      return 0
    case 'judge':
      traps.judge(command.id, command.verdict)
      return 0
    case 'deliver':
      await traps.deliver(command.id)
      return 0
    case 'met':
      return named(command.edge).met()
  }
}

process.on('message', ({ id, command }: { id: number; command: ProxyCommand }) => {
  obey(command).then(
    (touched) => tell({ event: 'done', id, touched }),
    (error: unknown) => tell({ event: 'done', id, error: String(error) }),
  )
})
process.on('disconnect', () => process.exit(0))
process.on('SIGTERM', () => process.exit(0))
