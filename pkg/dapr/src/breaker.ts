import { EventEmitter } from 'node:events'
import { observe } from '@micromart/contracts/telemetry'
import { DomainError } from '@micromart/kernel'
import CircuitBreaker from 'opossum'

const shortestWaitMs = 500
const longestWaitMs = 5_000
const bucketMs = 1_000

/** Long outages are asked about seldom, and every one lasts at most half a second or a tenth longer than it must (ADR 11). */
const waitAfter = (outageMs: number): number =>
  Math.min(longestWaitMs, Math.max(shortestWaitMs, outageMs / 10))

/** Runs work, or refuses at once while the other side is known to fail. */
export type Breaker = <T>(work: () => Promise<T>) => Promise<T>

export type Breakers = Disposable & {
  /** The one breaker of that name; `service` is what a refusal names. */
  readonly of: (name: string, service: string) => Breaker
}

const refused = (service: string, triesAt: number): DomainError => {
  const retryAfter = Math.max(1, Math.ceil((triesAt - Date.now()) / 1_000))
  return new DomainError('unavailable', 'dependency_unavailable', {
    service,
    retryAfter: String(retryAfter),
  })
}

type Shared = {
  /** One clock for all: opossum's own is a timer each. */
  readonly rotation: EventEmitter
  readonly isFailure: (error: unknown) => boolean
}

/** Lets an open circuit try the later the longer its outage lasts. Returns when it will try. */
const tryLaterAndLater = (circuit: CircuitBreaker<unknown>): (() => number) => {
  let brokeAt: number | undefined
  let triesAt = 0
  circuit
    .on('open', () => {
      const now = Date.now()
      brokeAt ??= now
      triesAt = now + circuit.options.resetTimeout
    })
    .on('halfOpen', () => {
      circuit.options.resetTimeout = waitAfter(Date.now() - (brokeAt ?? Date.now()))
    })
    .on('close', () => {
      brokeAt = undefined
      circuit.options.resetTimeout = shortestWaitMs
    })
  return () => triesAt
}

/** A breaker with what is told of it. */
type Watched = {
  readonly breaker: Breaker
  readonly labels: { readonly target: string; readonly operation: string }
  /** As `micromart_breaker_state` counts. */
  readonly state: () => 0 | 1 | 2
}

const makeBreaker = (name: string, service: string, { rotation, isFailure }: Shared): Watched => {
  const circuit = new CircuitBreaker<unknown>((work) => work(), {
    name,
    timeout: false, // a call brings its own deadline
    volumeThreshold: 20,
    resetTimeout: shortestWaitMs,
    errorThresholdPercentage: 50,
    rollingPercentilesEnabled: false,
    enableSnapshots: false,
    rotateBucketController: rotation,
    errorFilter: (error) => !isFailure(error),
  })
  const triesAt = tryLaterAndLater(circuit)
  const breaker = async <T>(work: () => Promise<T>) => {
    try {
      return (await circuit.fire(work)) as T
    } catch (error) {
      if (isOpenBreaker(error)) throw refused(service, triesAt())
      throw error
    }
  }
  const state = () => {
    if (circuit.opened) return 2
    return circuit.halfOpen ? 1 : 0
  }
  return { breaker, labels: { target: service, operation: name.split('/').at(-1) ?? name }, state }
}

const isOpenBreaker = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EOPENBREAKER'

/**
 * Circuit breakers (opossum), one per name: 20 calls within 10 s of which more than half fail open it. After half a second one
 * call tries; while that fails, the next waits for a tenth of the outage so far, 5 s at most. A breaker that is open throws DomainError unavailable `dependency_unavailable`
 * with `service` and `retryAfter` (whole seconds). Their states are told as `micromart_breaker_state`.
 * @param isFailure whether an error means that no answer came; any answer, a refusal too, says that the other side is well
 */
export const startBreakers = (isFailure: (error: unknown) => boolean): Breakers => {
  const rotation = new EventEmitter().setMaxListeners(0)
  const timer = setInterval(() => rotation.emit('rotate'), bucketMs).unref()
  const byName = new Map<string, Watched>()
  const watch = observe('micromart_breaker_state', (tell) => {
    for (const { labels, state } of byName.values()) tell(state(), labels)
  })
  return {
    of: (name, service) => {
      const known = byName.get(name) ?? makeBreaker(name, service, { rotation, isFailure })
      byName.set(name, known)
      return known.breaker
    },
    [Symbol.dispose]: () => {
      watch[Symbol.dispose]()
      clearInterval(timer)
    },
  }
}
