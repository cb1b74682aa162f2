import type { Socket } from 'node:net'
import type { Toxic } from './edge.ts'

/** What one edge suffers at the moment, shared by all its connections. */
export type Weather = {
  toxic: Toxic | undefined
  /** How many chunks, connections or calls it has met. */
  touched: number
  /** Wakes what a black hole holds back. */
  readonly onHeal: Set<() => void>
}

export const newWeather = (): Weather => ({ toxic: undefined, touched: 0, onHeal: new Set() })

/** @returns how much the toxic has met */
export const clearUp = (weather: Weather): number => {
  weather.toxic = undefined
  for (const wake of weather.onHeal) wake()
  return weather.touched
}

/** Resolves when the weather changes, or when whoever waits for it is gone. */
export const untilHealed = (
  { onHeal }: Weather,
  gone: { readonly once: (event: 'close', listener: () => void) => unknown },
): Promise<void> =>
  new Promise((resolve) => {
    const wake = () => {
      onHeal.delete(wake)
      resolve()
    }
    onHeal.add(wake)
    gone.once('close', wake)
  })

/** Lets a call wait while its app's calls are lost. */
export const callThrough = async (
  weather: Weather,
  { caller, method }: { readonly caller?: string | undefined; readonly method: string },
  stream: Parameters<typeof untilHealed>[1],
): Promise<void> => {
  const { toxic } = weather
  if (toxic?.kind !== 'blackhole') return
  if (toxic.caller !== undefined && toxic.caller !== caller) return
  if (toxic.counts === undefined || toxic.counts === method) weather.touched += 1
  await untilHealed(weather, stream)
}

const delayOf = (toxic: Toxic | undefined, bytes: number): number => {
  if (toxic?.kind === 'latency') return toxic.ms
  if (toxic?.kind === 'bandwidth') return (bytes / toxic.bytesPerSecond) * 1000
  return 0
}

type Way = {
  readonly weather: Weather
  /** Whether a truncation counts this direction's bytes. */
  readonly truncates: boolean
  /** Holds a chunk back; false: it is lost. */
  readonly holds?: (chunk: Buffer) => Promise<boolean> | undefined
}

/**
 * Carries bytes from one socket to the other through an edge's weather, in order. A black hole keeps them, as a cut cable
 * keeps packets that TCP sends again once it is mended.
 */
export const carry = (from: Socket, to: Socket, { weather, truncates, holds }: Way): void => {
  let tail: Promise<void> | undefined
  let budget = Infinity
  let seen: Toxic | undefined

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
    while (weather.toxic?.kind === 'blackhole' && !from.destroyed) await untilHealed(weather, from)
    write(chunk)
  }

  from.on('data', (chunk: Buffer) => {
    if (weather.toxic) weather.touched += 1
    const held = holds?.(chunk)
    if (!weather.toxic && !tail && !held) {
      write(chunk)
      return
    }
    const before = tail
    const inTurn = async (): Promise<void> => {
      await before
      if ((await held) !== false) await pass(chunk)
    }
    const next = inTurn()
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
