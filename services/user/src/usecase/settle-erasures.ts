import type { Custodian } from '../model/erasure-ports.ts'
import type { Erasure } from '../model/erasure.ts'
import type { Ports } from '../model/ports.ts'

type Deps = Pick<Ports, 'erasures' | 'custodians' | 'receipts' | 'clock' | 'log'>

const batch = 20

/**
 * Asks every service that has not said so whether it has erased its part of a person; when all have, the receipt is signed. A
 * service that is away, or has something under way, is asked again later and later.
 */
export const settleErasures = ({ erasures, custodians, receipts, clock, log }: Deps) => {
  const ask = async ({ id, accountId }: Erasure, { app, erase }: Custodian): Promise<void> => {
    try {
      const done = await erase(accountId)
      if (done) await erasures.addPart(id, { ...done, app, at: clock.now() })
    } catch (cause) {
      log.warn({ cause, app, erasureId: id }, 'a part of an erasure is asked for again later')
    }
  }

  const finish = async (id: string): Promise<void> => {
    const erasure = await erasures.byId(id)
    const done = new Set(erasure?.parts.map(({ app }) => app))
    if (!erasure || !custodians.every(({ app }) => done.has(app))) return
    const at = clock.now()
    await erasures.complete(id, await receipts.sign(erasure, at), at)
    log.info({ event: 'account.erasure_completed', erasureId: id }, 'erased everywhere')
  }

  const settle = async (erasure: Erasure): Promise<void> => {
    const done = new Set(erasure.parts.map(({ app }) => app))
    const missing = custodians.filter(({ app }) => !done.has(app))
    await Promise.all(missing.map((custodian) => ask(erasure, custodian)))
    await finish(erasure.id)
  }

  return async (): Promise<void> => {
    for (;;) {
      const due = await erasures.takeDue(clock.now(), batch)
      await Promise.all(due.map(settle))
      if (due.length < batch) return
    }
  }
}
