import { AsyncLocalStorage } from 'node:async_hooks'
import type { DataSource, EntityManager } from 'typeorm'
import { isContention } from './faults.ts'

/** A transaction that everything called inside it takes part in, however deep. */
type Ambient = {
  readonly source: DataSource
  readonly manager: EntityManager
  readonly shared: Shared
  /** The joined transaction before the next one: two at a time would share savepoints. */
  last: Promise<unknown>
}

type Shared = {
  open: boolean
  savepoints: number
  /** The server has ended the transaction: whatever came now would be outside it. */
  lost: unknown
  readonly afterCommit: (() => void)[]
}

const storage = new AsyncLocalStorage<Ambient>()

const ambientOf = (source: DataSource): Ambient | undefined => {
  const ambient = storage.getStore()
  return ambient?.source === source && ambient.shared.open ? ambient : undefined
}

const noteLoss = (shared: Shared, error: unknown): unknown => {
  if (isContention(error)) shared.lost = error
  return error
}

const requireAlive = ({ lost }: Shared): void => {
  if (lost !== undefined) throw lost
}

/** Work inside a savepoint: what fails takes back its own part only, as a transaction of its own would. */
const inSavepoint = async <T>(
  { source, manager, shared }: Ambient,
  work: (tx: EntityManager) => Promise<T>,
): Promise<T> => {
  requireAlive(shared)
  shared.savepoints += 1
  const savepoint = `joined_${shared.savepoints}`
  await manager.query(`SAVEPOINT ${savepoint}`)
  const inner: Ambient = { source, manager, shared, last: Promise.resolve() }
  try {
    return await storage.run(inner, () => work(manager))
  } catch (error) {
    noteLoss(shared, error)
    if (shared.lost === undefined) await manager.query(`ROLLBACK TO SAVEPOINT ${savepoint}`)
    throw error
  }
}

/**
 * Runs work as a part of the transaction around it.
 * @returns undefined when there is none
 */
export const joined = <T>(
  source: DataSource,
  work: (tx: EntityManager) => Promise<T>,
): Promise<T> | undefined => {
  const ambient = ambientOf(source)
  if (!ambient) return undefined
  const turn = ambient.last.then(() => inSavepoint(ambient, work))
  ambient.last = turn.catch(() => undefined)
  return turn
}

/** A single statement as a part of the transaction around it: it needs no savepoint. */
export const joinedStatement = <T>(
  source: DataSource,
  work: (tx: EntityManager) => Promise<T>,
): Promise<T> | undefined => {
  const ambient = ambientOf(source)
  if (!ambient) return undefined
  const { manager, shared } = ambient
  const run = async () => {
    requireAlive(shared)
    return work(manager)
  }
  return run().catch((error: unknown) => {
    throw noteLoss(shared, error)
  })
}

/**
 * One transaction for everything that work calls: `inTransaction`, `inStatement` and the data source itself take part in
 * it. Not repeated: that is the caller's business, as for any transaction.
 */
export const ambientTransaction = async <T>(
  source: DataSource,
  work: (tx: EntityManager) => Promise<T>,
): Promise<T> => {
  const afterCommit: (() => void)[] = []
  const shared: Shared = { open: true, savepoints: 0, lost: undefined, afterCommit }
  try {
    const result = await source.transaction(async (manager) => {
      const ambient: Ambient = { source, manager, shared, last: Promise.resolve() }
      const done = await storage.run(ambient, () => work(manager))
      requireAlive(shared) // somebody kept silent about it
      return done
    })
    shared.open = false
    for (const act of afterCommit) act()
    return result
  } catch (error) {
    throw shared.lost ?? error // a fault that was translated on its way is still one to repeat
  } finally {
    shared.open = false
  }
}

/** Acts once the transaction around us has committed; at once without one. Nothing of it happens after a rollback. */
export const afterCommit = (act: () => void): void => {
  const shared = storage.getStore()?.shared
  if (shared?.open) shared.afterCommit.push(act)
  else act()
}

/** Has a data source's own `query` and `manager` take part in the transaction around them. */
export const joinAmbient = (source: DataSource): void => {
  const { manager } = source
  const query = source.query.bind(source)
  Object.defineProperty(source, 'manager', {
    get: () => ambientOf(source)?.manager ?? manager,
  })
  const joinedQuery: typeof query = (text, values, runner) => {
    const ask = () => query(text, values, runner)
    if (runner) return ask()
    const inAmbient = (tx: EntityManager) => query(text, values, tx.queryRunner)
    return joinedStatement(source, inAmbient) ?? ask()
  }
  source.query = joinedQuery
}
