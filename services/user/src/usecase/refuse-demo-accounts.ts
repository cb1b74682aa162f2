import type { Ports } from '../model/ports.ts'

type Deps = Pick<Ports, 'accounts'>

/**
 * Production does not start beside the accounts of a local shop, whose passwords were printed (S9).
 * @throws Error
 */
export const refuseDemoAccounts =
  ({ accounts }: Deps) =>
  async (): Promise<void> => {
    if (!(await accounts.hasDemo())) return
    throw new Error(
      'There are demo accounts of a local shop in the database: production does not start beside them. ' +
        'Give them new passwords by seed-accounts.ts, or erase them in the local shop.',
    )
  }
