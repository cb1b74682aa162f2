import { callContext, runInContext } from '@micromart/dapr'

/**
 * Runs a step of the checkout apart from the shopper's request: once begun, it does not end because the shopper hangs up
 * or the answer is late. Its own deadline stays, and the request id.
 */
export const apart = <T>(work: () => Promise<T>): Promise<T> =>
  runInContext({ requestId: callContext.getStore()?.requestId }, work)
