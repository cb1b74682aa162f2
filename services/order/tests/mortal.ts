import type { Ports } from '../src/usecase/index.ts'

type Moment = 'before' | 'after'
type Fault = { readonly step: string; readonly moment: Moment; reached: boolean }

/**
 * Ports of a process that may end at any step. What it is armed for happens once: nothing after it does, until the tests are
 * over. A `save` is told by its last entry.
 */
export const mortality = () => {
  let fault: Fault | undefined
  const burials: (() => void)[] = []

  const dead = (armed: Fault) => {
    armed.reached = true
    fault = undefined
    return new Promise<never>((_, reject) => burials.push(() => reject(new Error('crashed'))))
  }
  const mortal =
    <Args extends unknown[], T>(step: string, work: (...args: Args) => Promise<T>) =>
    async (...args: Args): Promise<T> => {
      const armed = fault?.step === step ? fault : undefined
      if (armed?.moment === 'before') return dead(armed)
      const result = await work(...args)
      return armed ? dead(armed) : result
    }
  const ports = ({ orders, stock, payments }: Ports): Partial<Ports> => ({
    orders: {
      ...orders,
      open: mortal('open', orders.open),
      save: (change) => {
        const prices = change.from.lines !== change.to.lines
        const step = prices ? 'save prices' : `save ${change.entries.at(-1)?.event ?? 'nothing'}`
        return mortal(step, orders.save)(change)
      },
    },
    stock: {
      ...stock,
      hold: mortal('hold', stock.hold),
      claim: mortal('claim', stock.claim),
      release: mortal('release', stock.release),
      giveBack: mortal('return', stock.giveBack),
    },
    payments: {
      ...payments,
      open: mortal('open payment', payments.open),
      charge: mortal('charge', payments.charge),
      proceed: mortal('continue', payments.proceed),
      outcome: mortal('ask', payments.outcome),
      cancel: mortal('cancel', payments.cancel),
      refund: mortal('refund', payments.refund),
      foreignRefunds: mortal('look', payments.foreignRefunds),
    },
  })
  return {
    ports,
    arm: (step: string, moment: Moment): { readonly reached: boolean } => {
      fault = { step, moment, reached: false }
      return fault
    },
    /** Lets the dead calls end, so that the service can. */
    bury: () => {
      for (const bury of burials) bury()
    },
  }
}
