import type { Ports } from '../model/ports.ts'
import { patience } from './patience.ts'
import { payBack } from './pay-back.ts'

type Deps = Pick<Ports, 'refunds' | 'provider' | 'clock' | 'log'>

const batch = 20

/**
 * The sweeper: gives back what was captured after its payment had ended, again and again until the provider confirms or refuses.
 * A failed step is tried again after the refund's pause.
 */
export const payBackLate = (deps: Deps) => {
  const { refunds, clock, log } = deps
  const pay = payBack(deps)
  return async (): Promise<void> => {
    for (;;) {
      const due = await refunds.takeDue(batch)
      await Promise.all(
        due.map((one) =>
          pay(one, patience(clock, undefined)).catch((cause: unknown) => {
            log.warn({ cause, refundId: one.refund.id }, 'late money could not be given back yet')
          }),
        ),
      )
      if (due.length < batch) return
    }
  }
}
