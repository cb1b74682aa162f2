import { type CartKey, memberKey } from './cart.ts'
import type { GuestTokens } from './ports.ts'

/** Whose cart: a member's by the user's id, a guest's by the token, if any. */
export type Owner =
  | { readonly kind: 'member'; readonly userId: string }
  | { readonly kind: 'guest'; readonly token: string | undefined }

/** Where an owner's cart lies; undefined for a guest without a token. */
export const keyOf = (owner: Owner, tokens: GuestTokens): CartKey | undefined => {
  if (owner.kind === 'member') return memberKey(owner.userId)
  return owner.token ? tokens.keyOf(owner.token) : undefined
}
