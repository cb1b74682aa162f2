import { DomainError } from '@micromart/kernel'

const field = (path: string, code: string, message: string) => ({
  fields: [{ path, code, message }],
})

export class EmailInvalid extends DomainError {
  override readonly name = 'EmailInvalid'

  constructor() {
    super('invalid', 'email_invalid', {}, field('/email', 'email_invalid', 'is no e-mail address'))
  }
}

export class NameInvalid extends DomainError {
  override readonly name = 'NameInvalid'

  constructor() {
    super('invalid', 'name_invalid', {}, field('/name', 'name_invalid', 'has 1 to 200 characters'))
  }
}

const passwordFaults = {
  password_too_short: 'has at least 8 characters',
  password_too_long: 'has at most 256 characters',
  password_common: 'is on the list of common passwords',
} as const

/** A new password is refused. @param path the field that carries it, such as `/password` */
export class PasswordRefused extends DomainError {
  override readonly name = 'PasswordRefused'

  constructor(code: keyof typeof passwordFaults, path: string) {
    super('invalid', code, {}, field(path, code, passwordFaults[code]))
  }
}

/** The address is taken. An accepted disclosure, see the threat model. */
export class EmailTaken extends DomainError {
  override readonly name = 'EmailTaken'

  constructor() {
    super('already_exists', 'email_taken')
  }
}

/** Unknown account or wrong password: the answer never says which. */
export class CredentialsWrong extends DomainError {
  override readonly name = 'CredentialsWrong'

  constructor() {
    super('unauthenticated', 'credentials_wrong')
  }
}

/** The password is right, and the account wants a code besides. */
export class SecondFactorRequired extends DomainError {
  override readonly name = 'SecondFactorRequired'

  constructor() {
    super('unauthenticated', 'totp_required')
  }
}

/** A code that is wrong, too old or used before: the answer never says which. */
export class SecondFactorWrong extends DomainError {
  override readonly name = 'SecondFactorWrong'

  constructor() {
    super('unauthenticated', 'totp_wrong')
  }
}

/** Only who has just logged in, or says the password, may do this. */
export class PasswordRequired extends DomainError {
  override readonly name = 'PasswordRequired'

  constructor() {
    super('unauthenticated', 'password_required')
  }
}

/** The account has a second factor: it is switched off before another one comes. */
export class TotpEnabled extends DomainError {
  override readonly name = 'TotpEnabled'

  constructor() {
    super('already_exists', 'totp_enabled')
  }
}

/** There is no enrolment to confirm. */
export class TotpNotStarted extends DomainError {
  override readonly name = 'TotpNotStarted'

  constructor() {
    super('precondition', 'totp_not_started')
  }
}

export class TotpNotFound extends DomainError {
  override readonly name = 'TotpNotFound'

  constructor() {
    super('not_found', 'totp_not_found')
  }
}

/** The token of a link was used, replaced, is too old or none of ours: the answer never says which. */
export class LinkInvalid extends DomainError {
  override readonly name = 'LinkInvalid'

  constructor() {
    super('invalid', 'link_invalid', {}, field('/token', 'link_invalid', 'serves no more'))
  }
}

/** Ended, absent or another's: the answer never says which. */
export class SessionNotFound extends DomainError {
  override readonly name = 'SessionNotFound'

  constructor() {
    super('not_found', 'session_not_found')
  }
}

/**
 * Too many failed logins of one account; nothing was hashed. The gateway answers 429.
 * Params: `retryAfter` in whole seconds.
 */
export class LoginThrottled extends DomainError {
  override readonly name = 'LoginThrottled'

  constructor(waitMs: number) {
    super('unavailable', 'login_throttled', { retryAfter: String(Math.ceil(waitMs / 1000)) })
  }
}

/** Too many passwords wait for their hash. Params: `retryAfter` in whole seconds. */
export class LoginBusy extends DomainError {
  override readonly name = 'LoginBusy'

  constructor() {
    super('unavailable', 'login_busy', { retryAfter: '2' })
  }
}

/** A refresh token that is unknown, expired, revoked or used before. */
export class RefreshInvalid extends DomainError {
  override readonly name = 'RefreshInvalid'

  constructor() {
    super('unauthenticated', 'refresh_invalid')
  }
}

/** No erasure has this id, or the token is not its own. */
export class ReceiptNotFound extends DomainError {
  override readonly name = 'ReceiptNotFound'

  constructor() {
    super('not_found', 'receipt_not_found')
  }
}

/** A valid token whose account has been erased. */
export class AccountGone extends DomainError {
  override readonly name = 'AccountGone'

  constructor() {
    super('unauthenticated', 'token_invalid')
  }
}

export class UserNotFound extends DomainError {
  override readonly name = 'UserNotFound'

  constructor() {
    super('not_found', 'user_not_found')
  }
}

/** Absent or another's: the answer never says which. */
export class AddressNotFound extends DomainError {
  override readonly name = 'AddressNotFound'

  constructor() {
    super('not_found', 'address_not_found')
  }
}

/** @param faults the wrong fields by name, relative to the address */
export class AddressInvalid extends DomainError {
  override readonly name = 'AddressInvalid'

  constructor(faults: readonly { field: string; message: string }[]) {
    const fields = faults.map(({ field: name, message }) => ({
      path: `/${name}`,
      code: 'address_invalid',
      message,
    }))
    super('invalid', 'address_invalid', {}, { fields })
  }
}

/** Params: `limit`, how many addresses an account may keep. */
export class AddressLimit extends DomainError {
  override readonly name = 'AddressLimit'

  constructor(limit: number) {
    super('precondition', 'address_limit', { limit: String(limit) })
  }
}

/** Params: `role`. */
export class RoleUnknown extends DomainError {
  override readonly name = 'RoleUnknown'

  constructor(role: string) {
    const details = field('/roles', 'role_unknown', 'names a role that does not exist')
    super('invalid', 'role_unknown', { role: role.slice(0, 40) }, details)
  }
}

/** The account's roles are not those that the caller believes they are. */
export class RolesChanged extends DomainError {
  override readonly name = 'RolesChanged'

  constructor() {
    super('conflict', 'version_changed')
  }
}

/** Nobody gives or takes a role that allows more than he may himself. Params: `role`. */
export class RoleAboveOwn extends DomainError {
  override readonly name = 'RoleAboveOwn'

  constructor(role: string) {
    super('forbidden', 'role_above_own', { role })
  }
}

/** A place in a list that is none of ours. */
export class CursorInvalid extends DomainError {
  override readonly name = 'CursorInvalid'

  constructor() {
    const details = field('/cursor', 'cursor_invalid', 'is not a cursor of this list')
    super('invalid', 'cursor_invalid', {}, details)
  }
}

export class KeyNotFound extends DomainError {
  override readonly name = 'KeyNotFound'

  constructor() {
    super('not_found', 'key_not_found')
  }
}

/** The shop would be left without an administrator. */
export class LastAdmin extends DomainError {
  override readonly name = 'LastAdmin'

  constructor() {
    super('precondition', 'last_admin')
  }
}

/** Why somebody was not let in, in a word for logs and metrics; undefined for what is no such refusal. */
export const refusedAs = (
  error: unknown,
): 'wrong' | 'code_required' | 'code_wrong' | 'throttled' | 'busy' | undefined => {
  if (error instanceof CredentialsWrong) return 'wrong'
  if (error instanceof SecondFactorRequired) return 'code_required'
  if (error instanceof SecondFactorWrong) return 'code_wrong'
  if (error instanceof LoginThrottled) return 'throttled'
  return error instanceof LoginBusy ? 'busy' : undefined
}
