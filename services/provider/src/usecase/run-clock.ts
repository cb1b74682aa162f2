import { whenDue } from '../model/charge.ts'
import { type DueNotice, waitAfter } from '../model/notice.ts'
import type { Ports } from '../model/ports.ts'

const atOnce = 50

/** Ends the charges whose time is over. */
export const endDue =
  ({ charges }: Pick<Ports, 'charges'>) =>
  async (): Promise<void> => {
    for (const key of await charges.due(atOnce)) await charges.take(key, whenDue)
  }

const sendOne = async (
  { notices, tell, clock }: Pick<Ports, 'notices' | 'tell' | 'clock'>,
  notice: DueNotice,
): Promise<void> => {
  const begun = clock.now() // whether it was the last attempt is not for its own duration to say
  if (await tell(notice.body)) return notices.delivered(notice.id)
  const wait = waitAfter(notice, begun)
  const at = wait === undefined ? undefined : new Date(clock.now().getTime() + wait)
  return notices.retryAt(notice.id, at)
}

/** Sends the notices that are due, each until it is taken or days are over. */
export const sendNotices =
  (deps: Pick<Ports, 'notices' | 'tell' | 'clock'>) => async (): Promise<void> => {
    const due = await deps.notices.takeDue(atOnce)
    await Promise.all(due.map((notice) => sendOne(deps, notice)))
  }

const keptMs = 24 * 3_600_000

/** Forgets notices that were taken a day ago. */
export const pruneNotices =
  ({ notices, clock }: Pick<Ports, 'notices' | 'clock'>) =>
  (): Promise<void> =>
    notices.prune(new Date(clock.now().getTime() - keptMs))
