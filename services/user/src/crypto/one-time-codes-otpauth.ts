import { Secret, TOTP } from 'otpauth'
import type { OneTimeCodes } from '../model/ports.ts'
import type { KeyBox } from './key-box.ts'

/** What every authenticator app understands: RFC 6238 with SHA-1, six digits, 30 s. */
const common = { algorithm: 'SHA1', digits: 6, period: 30 } as const
/** Steps before and after the present one, for clocks that disagree. */
const window = 1

const labelOf = (accountId: string): string => `totp:${accountId}`

/** Time-based codes; a secret leaves this file sealed, or once to its owner. */
export const oneTimeCodesOtpauth = (box: KeyBox): OneTimeCodes => ({
  newSecret: ({ accountId, email }) => {
    const secret = new Secret({ size: 20 })
    const totp = new TOTP({ ...common, secret, issuer: 'MicroMart', label: email })
    const sealedSecret = box.seal(new Uint8Array(secret.buffer), labelOf(accountId))
    return { sealedSecret, secret: secret.base32, uri: totp.toString() }
  },
  stepOf: ({ accountId, sealedSecret, code, at }) => {
    const bytes = Uint8Array.from(box.open(sealedSecret, labelOf(accountId)))
    const totp = new TOTP({ ...common, secret: new Secret({ buffer: bytes.buffer }) })
    const timestamp = at.getTime()
    const delta = totp.validate({ token: code, timestamp, window })
    return delta === null ? undefined : totp.counter({ timestamp }) + delta
  },
  recoveryText: () => new Secret({ size: 15 }).base32,
})
