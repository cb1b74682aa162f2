import type { Credentials } from '../model/account.ts'
import { CredentialsWrong } from '../model/errors.ts'
import { admitAttempt, passwordRule } from '../model/login-throttle.ts'
import { couldBePassword } from '../model/password.ts'
import type { Hasher, Ports } from '../model/ports.ts'

type Deps = Pick<Ports, 'accounts' | 'failures' | 'passwords' | 'secrets' | 'clock'>

type Attempt = {
  /** What failures are counted under: the account's e-mail, known or not. */
  readonly emailKey: string
  readonly credentials: Credentials | undefined
  readonly password: string
}

const matches = (hasher: Hasher, { credentials, password }: Attempt): Promise<boolean> =>
  couldBePassword(password)
    ? hasher.matches(password, credentials?.passwordHash)
    : Promise.resolve(false)

/**
 * Compares a password, once the delay of earlier failures is over. An unknown account costs what a known one costs.
 * The delay is asked for before the queue, and again in it: guesses sent side by side count one after the other.
 * A hash with older parameters is replaced.
 * @throws CredentialsWrong, LoginThrottled, LoginBusy
 */
export const checkPassword =
  ({ accounts, failures, passwords, secrets, clock }: Deps) =>
  async (attempt: Attempt): Promise<Credentials> => {
    const { emailKey, credentials, password } = attempt
    const key = secrets.digest(emailKey)
    const admit = async () => {
      const earlier = await failures.of(key)
      admitAttempt(passwordRule, earlier, clock.now())
      return earlier
    }
    await admit()
    return passwords.inTurn(async (hasher) => {
      const earlier = await admit()
      const right = await matches(hasher, attempt)
      if (!right || !credentials) {
        await failures.add(key, clock.now())
        throw new CredentialsWrong()
      }
      if (earlier) await failures.clear(key)
      const { account, passwordHash } = credentials
      if (!hasher.isOld(passwordHash)) return credentials
      await accounts.rehash(account.id, passwordHash, await hasher.hash(password))
      return credentials
    })
  }
