import type { Account as ShopAccount } from '../model/account.ts'
import type { Grants } from '../model/grants.ts'
import type { Accounts } from '../model/ports.ts'
import type { Account, FindAccount } from 'oidc-provider'

/** What an access token may say of an account, now. */
export type RightsOf = (account: ShopAccount) => Grants

/** An account as the library knows one, with ours in it. */
export type KnownAccount = Account & { readonly shop: ShopAccount }

/**
 * An ID token says who it is and nothing else of him: name and address are asked for at the userinfo endpoint, with his consent
 * (OpenID Connect Core 5.4).
 * @returns undefined once he is erased
 */
export const findAccount =
  (accounts: Pick<Accounts, 'byId'>): FindAccount =>
  async (_ctx, id): Promise<KnownAccount | undefined> => {
    const shop = await accounts.byId(id)
    return shop && { accountId: id, shop, claims: () => ({ sub: id }) }
  }

/** What a client learns of somebody by the scopes that he has let it have. */
export const claimsOf = (account: ShopAccount, scopes: readonly string[]) => ({
  sub: account.id,
  ...(scopes.includes('profile') && { name: account.name }),
  ...(scopes.includes('email') && {
    email: account.email,
    email_verified: account.emailVerified,
  }),
})
