import { timingSafeEqual } from 'node:crypto'
import type { Clock } from '@micromart/kernel'
import { errors, type Provider } from 'oidc-provider'
import type { Secrets } from '../model/ports.ts'

/** Assertions are made for one request (RFC 7523 3): one that serves longer is a password. */
const longestAssertionSeconds = 300

const isSame = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other))

/**
 * Compares a client's secret by its digest, in constant time: what the library calls the secret are the digests of those that
 * serve now.
 */
export const compareByDigest = (provider: Provider, { digest }: Pick<Secrets, 'digest'>): void => {
  provider.Client.prototype.compareClientSecret = function compare(actual: string) {
    const given = digest(actual)
    const serving = (this.clientSecret ?? '').split(' ')
    return serving.filter((one) => isSame(one, given)).length > 0
  }
}

/** @throws InvalidClientAuth for an assertion that lasts too long */
export const checkAssertion =
  (clock: Clock) =>
  (_ctx: unknown, { exp }: Readonly<Record<string, unknown>>): void => {
    const left = Number(exp) - clock.now().getTime() / 1_000
    if (!(left <= longestAssertionSeconds)) {
      throw new errors.InvalidClientAuth('a client assertion lasts for five minutes at most')
    }
  }
