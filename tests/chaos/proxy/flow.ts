import type { Socket } from 'node:net'
import type { Toxic } from './edge.ts'

/** What one edge suffers at the moment, shared by all its connections. */
export type Weather = {
  toxic: Toxic | undefined
  /** How many chunks and connections it has met. */
  touched: number
  /** Wakes what a black hole holds back. */
  readonly onHeal: Set<() => void>
}

export const newWeather = (): Weather => ({ toxic: undefined, touched: 0, onHeal: new Set() })

const delayOf = (toxic: Toxic | undefined, bytes: number): number => {
  if (toxic?.kind === 'latency') return toxic.ms
  if (toxic?.kind === 'bandwidth') return (bytes / toxic.bytesPerSecond) * 1000
  return 0
}

/**
 * Carries bytes from one socket to the other through an edge's weather, in order. A black hole keeps them, as a cut cable
 * keeps packets that TCP sends again once it is mended.
 */
export const carry = (from: Socket, to: Socket, weather: Weather, truncates: boolean): void => {
  let tail: Promise<void> | undefined
  let budget = Infinity
  let seen: Toxic | undefined

  const healed = () =>
    new Promise<void>((resolve) => {
      const wake = () => {
        weather.onHeal.delete(wake)
        resolve()
      }
      weather.onHeal.add(wake)
      from.once('close', wake)
    })

  const write = (chunk: Buffer): void => {
    if (to.destroyed) return
    const { toxic } = weather
    if (toxic !== seen) {
      seen = toxic
      budget = truncates && toxic?.kind === 'truncate' ? toxic.bytes : Infinity
    }
    if (chunk.length > budget) {
      to.end(chunk.subarray(0, budget))
      from.destroy()
      return
    }
    budget -= chunk.length
    if (!to.write(chunk)) {
      from.pause()
      to.once('drain', () => from.resume())
    }
  }

  const pass = async (chunk: Buffer): Promise<void> => {
    const wait = delayOf(weather.toxic, chunk.length)
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    while (weather.toxic?.kind === 'blackhole' && !from.destroyed) await healed()
    write(chunk)
  }

  from.on('data', (chunk: Buffer) => {
    if (weather.toxic) weather.touched += 1
    if (!weather.toxic && !tail) {
      write(chunk)
      return
    }
    const next = (tail ?? Promise.resolve()).then(() => pass(chunk))
    tail = next
    void next.finally(() => {
      if (tail === next) tail = undefined
    })
  })
  const finish = (end: () => void) => {
    if (tail) void tail.finally(end)
    else end()
  }
  from.on('end', () => finish(() => to.end()))
  from.on('close', () => finish(() => to.destroy()))
  from.on('error', () => to.destroy())
}
