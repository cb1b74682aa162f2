// What of opossum 10 is used: @types/opossum stopped at 8.1.
declare module 'opossum' {
  import type { EventEmitter } from 'node:events'

  type Options = {
    name: string
    timeout: false
    volumeThreshold: number
    resetTimeout: number
    errorThresholdPercentage: number
    rollingPercentilesEnabled: boolean
    enableSnapshots: boolean
    rotateBucketController: EventEmitter
    errorFilter: (error: unknown) => boolean
  }

  export default class CircuitBreaker<T> {
    constructor(action: (work: () => Promise<T>) => Promise<T>, options: Options)
    readonly opened: boolean
    readonly halfOpen: boolean
    readonly options: Options
    fire(work: () => Promise<T>): Promise<T>
    on(event: 'open' | 'close' | 'halfOpen', listener: () => void): this
    shutdown(): void
  }
}
