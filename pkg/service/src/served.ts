import { AsyncLocalStorage } from 'node:async_hooks'
import type { Log } from '@micromart/kernel'
import type { CallContext } from './caller.ts'

/** A call whose access mark has been enforced. */
export type ServedCall = {
  readonly context: CallContext
  readonly log: Log
  /** Says that the answer is given, with its gRPC code: from here on the caller may go without cancelling anything. */
  readonly answered: (code: number) => void
  /** Set when the answer had been frozen by an earlier request with the same key. */
  replayed?: boolean
}

const served = new AsyncLocalStorage<ServedCall>()

export const runServed = <T>(call: ServedCall, work: () => T): T => served.run(call, work)

/** The call being served. A handler that `serve()` did not guard has none, and must not run. */
export const servedCall = (): ServedCall => {
  const call = served.getStore()
  if (!call) throw new Error('an RPC handler ran outside serve(): nobody checked who calls')
  return call
}

/** Says that the answer being given is an earlier one, for handlers that keep answers in a store of their own. */
export const markReplayed = (): void => {
  servedCall().replayed = true
}
