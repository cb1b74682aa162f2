import type { Charge } from '../model/charge.ts'
import { KeyUnknown } from '../model/errors.ts'
import type { Ports } from '../model/ports.ts'

/**
 * What a key stands for: how a merchant learns the outcome after a lost answer.
 * @throws KeyUnknown: no charge was made under it, yet
 */
export const findCharge =
  ({ charges }: Pick<Ports, 'charges'>) =>
  async (key: string): Promise<Charge> => {
    const charge = await charges.find(key)
    if (charge === undefined) throw new KeyUnknown()
    return charge
  }
