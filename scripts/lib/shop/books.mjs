import { Fault } from '../terminal/fault.mjs'
import { adminApi } from './admin-api.mjs'

/** A first check of a million orders takes minutes; what it has found out by then, the next one need not read again. */
const patienceMs = 600_000

const advices = {
  403: 'The account lacks the scope "ops": name another one with --account.',
  409: 'Another check is under way: try again in a minute.',
  504: 'It took too long; what was found out is kept: try again.',
}

const isReport = ({ consistent, invariants }) =>
  typeof consistent === 'boolean' && Array.isArray(invariants) && invariants.length > 0

/**
 * The consistency report of a running shop, as GET /v1/admin/books answers it.
 * @throws Fault when it could not be found out
 */
export const readBooks = async ({ full, ...staff }) => {
  const ask = await adminApi(staff, advices, patienceMs)
  const { body } = await ask('GET', `/v1/admin/books?full=${full}`)
  if (!isReport(body)) throw new Fault('/v1/admin/books does not answer as a shop does')
  return body
}
