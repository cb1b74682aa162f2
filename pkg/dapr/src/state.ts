import { components } from '@micromart/contracts'
import { DomainError } from '@micromart/kernel'
import { prepareCall, type Wire } from './client.ts'
import {
  StateOptions_StateConcurrency,
  StateOptions_StateConsistency,
} from './generated/dapr/proto/common/v1/common.ts'
import { DaprService } from './generated/dapr/proto/runtime/v1/dapr.ts'
import type { GetStateResponse } from './generated/dapr/proto/runtime/v1/state.ts'

/** What is stored under a key, and the version of it that a later write must name. */
export type StoredState = { readonly value: unknown; readonly etag: string }

/** JSON values under keys, in the Dapr state store; a write says which version it replaces. */
export type StateStore = {
  readonly get: (key: string) => Promise<StoredState | undefined>
  /**
   * @param value anything JSON.stringify can write
   * @param condition `etag` as it was read; undefined creates, and conflicts when the key exists. An entry that was
   *   removed or expired since it was read is created anew: Redis holds no version of it
   * @returns `conflict` when another write came first: read again and decide anew
   */
  readonly save: (
    key: string,
    value: unknown,
    condition: { readonly etag: string | undefined; readonly ttlSeconds?: number },
  ) => Promise<'saved' | 'conflict'>
  /** Removing what is gone already is `removed`. */
  readonly remove: (key: string, etag: string) => Promise<'removed' | 'conflict'>
}

const store = components.state

/** No entry has it, so a write that names it can only create. Without any ETag, Redis' refusal would read as INTERNAL. */
const noEntry = '0'

const firstWrite = {
  concurrency: StateOptions_StateConcurrency.CONCURRENCY_FIRST_WRITE,
  consistency: StateOptions_StateConsistency.CONSISTENCY_EVENTUAL,
}

/** ABORTED is Dapr's answer to an ETag that no longer holds: a value here, not an error. */
const conflictOr = async <T>(done: T, call: Promise<unknown>): Promise<T | 'conflict'> => {
  try {
    await call
    return done
  } catch (error) {
    if (error instanceof DomainError && error.code === 'state_conflict') return 'conflict'
    throw error
  }
}

/** The state store component, over the sidecar's gRPC API. */
export const stateStore = (wire: Wire): StateStore => {
  const limits = { target: store, proxied: false, limitMs: 3_000, idempotent: false }
  const getState = prepareCall(wire, { ...limits, method: DaprService.getState, idempotent: true })
  const saveState = prepareCall(wire, { ...limits, method: DaprService.saveState })
  const deleteState = prepareCall(wire, { ...limits, method: DaprService.deleteState })
  return {
    get: async (key) => {
      const request = { storeName: store, key, consistency: 0, metadata: {} }
      const { data, etag } = (await getState(request)) as GetStateResponse
      return data.length === 0 ? undefined : { value: JSON.parse(data.toString()), etag }
    },
    save: (key, value, { etag, ttlSeconds }) => {
      const metadata = ttlSeconds === undefined ? {} : { ttlInSeconds: String(ttlSeconds) }
      const bytes = Buffer.from(JSON.stringify(value))
      const read = { value: etag ?? noEntry }
      const states = [{ key, value: bytes, metadata, etag: read, options: firstWrite }]
      return conflictOr('saved', saveState({ storeName: store, states }))
    },
    remove: (key, etag) => {
      const request = { storeName: store, key, etag: { value: etag }, metadata: {} }
      return conflictOr('removed', deleteState({ ...request, options: firstWrite }))
    },
  }
}
