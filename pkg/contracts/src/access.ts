import type { AuditAction, Scope } from '@micromart/kernel'
import { access } from './generated/access.ts'

/** Who may call an RPC, as its proto says. */
export type Access = {
  readonly kind: 'public' | 'capability' | 'user' | 'service'
  readonly scope?: Scope
  /** What the audit log calls a change by it. */
  readonly audit?: AuditAction
}

const marks: Readonly<Record<string, Access>> = access

/**
 * The mark of an RPC.
 * @param path full method name, such as `/micromart.cart.v1.CartService/GetCart`
 * @returns undefined for an RPC that is not ours: refuse it
 */
export const accessOf = (path: string): Access | undefined =>
  Object.hasOwn(marks, path) ? marks[path] : undefined
