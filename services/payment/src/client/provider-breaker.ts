import { EventEmitter } from 'node:events'
import CircuitBreaker from 'opossum'

/** Runs work; throws at once while the provider is known to fail. */
export type ProviderBreaker = {
  readonly run: <T>(work: () => Promise<T>) => Promise<T>
  readonly open: () => boolean
}

export type ProviderBreakers = Disposable & { readonly of: (operation: string) => ProviderBreaker }

/**
 * One breaker (opossum) per operation: 20 calls within 10 s of which more than half fail open it for 5 s. What is thrown is a
 * failure; a decline is an answer. Calls bring their own deadline.
 */
export const startProviderBreakers = (): ProviderBreakers => {
  const rotation = new EventEmitter()
  const timer = setInterval(() => rotation.emit('rotate'), 1000).unref()
  return {
    of: (operation) => {
      const circuit = new CircuitBreaker<unknown>((work) => work(), {
        name: `provider.${operation}`,
        timeout: false,
        volumeThreshold: 20,
        resetTimeout: 5000,
        errorThresholdPercentage: 50,
        rollingPercentilesEnabled: false,
        enableSnapshots: false,
        rotateBucketController: rotation,
        errorFilter: () => false,
      })
      return {
        run: async <T>(work: () => Promise<T>) => (await circuit.fire(work)) as T,
        open: () => circuit.opened,
      }
    },
    [Symbol.dispose]: () => clearInterval(timer),
  }
}
