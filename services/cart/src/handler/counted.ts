import { counter, type LabelsOf } from '@micromart/contracts/telemetry'
import { DomainError } from '@micromart/kernel'

type Operation = LabelsOf<'micromart_cart_operations_total'>['op']

/** Counts what is done to carts, by operation and by how it ended: `ok` or the code of the refusal. */
export const operationCounter = () => {
  const operations = counter('micromart_cart_operations_total')
  return async <T>(op: Operation, work: Promise<T>): Promise<T> => {
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
