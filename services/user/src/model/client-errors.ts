import { DomainError } from '@micromart/kernel'

/** @param faults the wrong fields by name */
export class ClientInvalid extends DomainError {
  override readonly name = 'ClientInvalid'

  constructor(faults: readonly { field: string; message: string }[]) {
    const fields = faults.map(({ field, message }) => ({
      path: `/${field}`,
      code: 'client_invalid',
      message,
    }))
    super('invalid', 'client_invalid', {}, { fields })
  }
}

export class ClientNotFound extends DomainError {
  override readonly name = 'ClientNotFound'

  constructor() {
    super('not_found', 'client_not_found')
  }
}

/** The client is not as its changer has read it. */
export class ClientChanged extends DomainError {
  override readonly name = 'ClientChanged'

  constructor() {
    super('conflict', 'version_changed')
  }
}

/** A client that proves itself by a key, or not at all, has no secret to rotate. */
export class ClientWithoutSecret extends DomainError {
  override readonly name = 'ClientWithoutSecret'

  constructor() {
    super('precondition', 'client_without_secret')
  }
}

/** Nobody registers a client for more than he may himself. Params: `scope`. */
export class ScopeAboveOwn extends DomainError {
  override readonly name = 'ScopeAboveOwn'

  constructor(scope: string) {
    super('forbidden', 'scope_above_own', { scope })
  }
}
