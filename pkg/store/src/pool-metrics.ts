import { observe } from '@micromart/contracts/telemetry'
import type { DataSource } from 'typeorm'

/** The queues in which mysql2 3 keeps its connections and who waits for one; it tells of them in no other way. */
type Pool = {
  readonly _allConnections: { readonly length: number }
  readonly _freeConnections: { readonly length: number }
  readonly _connectionQueue: { readonly length: number }
}

/**
 * Offers how many connections of a data source's pool are used and idle, and what waits for one.
 * @returns what ends it
 */
export const watchPool = ({ driver, options }: DataSource): Disposable => {
  const pool = Reflect.get(driver, 'pool') as Pool
  const { poolSize = 0 } = options as { readonly poolSize?: number }
  const stack = new DisposableStack()
  stack.use(
    observe('db_client_connection_count', (tell) => {
      const idle = pool._freeConnections.length
      tell(pool._allConnections.length - idle, { state: 'used' })
      tell(idle, { state: 'idle' })
    }),
  )
  stack.use(observe('db_client_connection_max', (tell) => tell(poolSize)))
  stack.use(
    observe('db_client_connection_pending_requests', (tell) => tell(pool._connectionQueue.length)),
  )
  return stack
}
