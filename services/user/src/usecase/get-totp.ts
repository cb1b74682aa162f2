import type { Ports } from '../model/ports.ts'
import type { SecondFactorStatus } from '../model/second-factor.ts'

type Deps = Pick<Ports, 'secondFactors'>

/** Whether logging in takes a code, and how many recovery codes are left; undefined when none was ever begun. */
export const getTotp =
  ({ secondFactors }: Deps) =>
  (callerId: string): Promise<SecondFactorStatus | undefined> =>
    secondFactors.status(callerId)
