import type { Caller } from '@micromart/service'

/** A caller as log lines name it. */
export const callerFields = (caller: Caller): { readonly [name: string]: string } => {
  if (caller.kind === 'anonymous') return {}
  return caller.kind === 'user' ? { userId: caller.id } : { clientId: caller.id }
}
