import { type Log } from '@micromart/kernel'
import type { Response } from 'express'
import { callerFields } from '../http/caller-fields.ts'
import { localsOf, traceIdOf } from '../http/locals.ts'
import type { Answer, Route } from '../http/route.ts'
import { problemOf } from '../problem/problem.ts'

/**
 * Runs a handler and says in the log who did what to which, and what came of it: one line, whether it was done or refused.
 * Nothing that staff wrote is in it, only the names in the path. The audit log itself is the services', who write into it in
 * the change's own transaction; this line lies elsewhere, and its request id is in that entry, too.
 */
export const audited = async (
  { audit }: Route,
  response: Response,
  log: Log,
  work: () => Promise<Answer>,
): Promise<Answer> => {
  if (audit === undefined) return work()
  const { caller, params, requestId } = localsOf(response)
  const say = (outcome: string) => {
    const fields = { event: audit, dataset: 'micromart.audit', ...callerFields(caller) }
    const traceId = traceIdOf(response)
    log.info({ ...fields, subject: params, outcome, requestId, traceId }, 'audited')
  }
  try {
    const answer = await work()
    say('done')
    return answer
  } catch (error) {
    say(problemOf(error).code)
    throw error
  }
}
