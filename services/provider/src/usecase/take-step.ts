import {
  type Charge,
  type Step,
  whenCancelled,
  whenConfirmed,
  whenRefused,
} from '../model/charge.ts'
import { ChargeUnknown, KeyUnknown } from '../model/errors.ts'
import type { Ports } from '../model/ports.ts'

type Deps = Pick<Ports, 'charges'>

/**
 * The merchant goes on with a charge that required an action: as if the card's holder had authenticated.
 * @throws KeyUnknown
 */
export const confirmCharge =
  ({ charges }: Deps) =>
  async (key: string): Promise<Charge> => {
    const charge = await charges.take(key, whenConfirmed)
    if (charge === undefined) throw new KeyUnknown()
    return charge
  }

/** A charge that has not ended ends here; a key that was never used stands for a refusal from now on. */
export const cancelCharge =
  ({ charges }: Deps) =>
  async (key: string): Promise<Charge> => {
    const known = await charges.entomb(key)
    return (await charges.take(key, whenCancelled)) ?? known
  }

const byId =
  ({ charges }: Deps, step: Step) =>
  async (id: string): Promise<Charge> => {
    const known = await charges.findById(id)
    const charge = known && (await charges.take(known.key, step))
    if (charge === undefined) throw new ChargeUnknown()
    return charge
  }

/** The holder's answers on the page. @throws ChargeUnknown */
export const approveCharge = (deps: Deps) => byId(deps, whenConfirmed)
export const refuseCharge = (deps: Deps) => byId(deps, whenRefused)

/** @throws ChargeUnknown */
export const showCharge =
  ({ charges }: Deps) =>
  async (id: string): Promise<Charge> => {
    const charge = await charges.findById(id)
    if (charge === undefined) throw new ChargeUnknown()
    return charge
  }
