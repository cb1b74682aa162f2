import { isId } from '@micromart/kernel'
import { SimulatedFault } from '../model/errors.ts'
import type { FaultKind } from '../model/fault.ts'
import type { Ports } from '../model/ports.ts'
import type { UseCases } from '../usecase/index.ts'
import type { Asked, Route } from './routes.ts'

/** The connection ends here, as when the process or the network dies. */
export class ConnectionCut extends Error {
  override readonly name = 'ConnectionCut'
  /** The head of a good answer goes out first: the caller knows that it was heard, and not what came of it. */
  readonly afterHead: boolean

  constructor(afterHead: boolean) {
    super('a fault that was armed cuts the connection')
    this.afterHead = afterHead
  }
}

type Deps = Pick<Ports, 'faults' | 'waits'> & { readonly use: UseCases }

const textIn = (body: unknown, name: string): string | undefined => {
  const value = typeof body === 'object' && body !== null && Reflect.get(body, name)
  return typeof value === 'string' ? value : undefined
}

/** The order that a request is about; those that name none are looked up by their charge. */
const referenceOf = async (use: UseCases, { body, query }: Asked): Promise<string | undefined> => {
  const named = textIn(body, 'reference')
  if (named !== undefined) return named
  const key = textIn(body, 'key') ?? query['key']
  const id = textIn(body, 'charge')
  const charge = () => {
    if (key !== undefined) return use.findCharge(key)
    return id !== undefined && isId(id) ? use.showCharge(id) : undefined
  }
  try {
    return (await charge())?.reference
  } catch {
    return undefined // a charge that nobody knows: only faults for any reference hit
  }
}

const strike = async ({ waits }: Deps, kind: FaultKind, afterHead: boolean): Promise<never> => {
  if (kind === 'reset') throw new ConnectionCut(afterHead)
  if (kind === 'timeout') await waits.silent()
  throw new SimulatedFault()
}

/** A route that faults can be armed for: what is armed strikes before or after its effect. */
export const withFaults =
  (deps: Deps, { handle, operation }: Route) =>
  async (asked: Asked): Promise<object> => {
    const { faults, use } = deps
    if (operation === undefined || !faults.waitFor(operation)) return handle(asked)
    const reference = await referenceOf(use, asked)
    const fault = faults.hit({ operation, token: textIn(asked.body, 'token'), reference })
    if (fault === undefined) return handle(asked)
    const { kind, step } = fault
    if (kind === 'decline') return handle({ ...asked, declined: true })
    if (step === 'before') return strike(deps, kind, false)
    await handle(asked)
    return strike(deps, kind, true)
  }
