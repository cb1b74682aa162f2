import { DomainError } from '@micromart/kernel'

/** @throws DomainError invalid `limit_invalid`: a page has 1 to 100 items */
export const requireLimit = (limit: number): number => {
  if (limit >= 1 && limit <= 100) return limit
  const fields = [{ path: '/limit', code: 'limit_invalid', message: 'is 1 to 100' }]
  throw new DomainError('invalid', 'limit_invalid', {}, { fields })
}
