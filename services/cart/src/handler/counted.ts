import { DomainError } from '@micromart/kernel'
import { metrics } from '@opentelemetry/api'

/** Counts what is done to carts, by operation and by how it ended: `ok` or the code of the refusal. */
export const operationCounter = () => {
  const operations = metrics
    .getMeter('@micromart/cart')
    .createCounter('micromart_cart_operations', {
      description: 'Cart operations by outcome',
    })
  return async <T>(op: string, work: Promise<T>): Promise<T> => {
    let outcome = 'ok'
    try {
      return await work
    } catch (error) {
      outcome = error instanceof DomainError ? error.code : 'internal'
      throw error
    } finally {
      operations.add(1, { op, outcome })
    }
  }
}
