import { createPublicKey, type KeyObject } from 'node:crypto'
import type { CryptoKey } from 'jose'
import { ExternalSigningKey } from 'oidc-provider'
import type { SigningRing } from '../crypto/signing-ring.ts'

/** A signing key whose private half stays where it is: the library hands over what it wants signed (S28). */
class RingKey extends ExternalSigningKey {
  readonly #kid: string
  readonly #publicKey: KeyObject
  readonly #privateKey: CryptoKey | undefined

  constructor(kid: string, publicKey: KeyObject, privateKey: CryptoKey | undefined) {
    super()
    this.#kid = kid
    this.#publicKey = publicKey
    this.#privateKey = privateKey
  }

  override get kid() {
    return this.#kid
  }

  override get alg() {
    return 'ES256'
  }

  override keyObject() {
    return this.#publicKey
  }

  override async sign(data: Uint8Array<ArrayBuffer>) {
    if (!this.#privateKey) throw new Error(`the key ${this.#kid} does not sign`)
    const algorithm = { name: 'ECDSA', hash: 'SHA-256' }
    return new Uint8Array(await crypto.subtle.sign(algorithm, this.#privateKey, data))
  }
}

/** The library signs with the first; the others verify the ID tokens that it is shown again. */
export const ringKeys = ({ kid: active, privateKey, published }: SigningRing): RingKey[] => {
  const keys = published.map(({ kid, publicJwk }) => {
    const publicKey = createPublicKey({ key: publicJwk, format: 'jwk' })
    return new RingKey(kid, publicKey, kid === active ? privateKey : undefined)
  })
  return keys.toSorted((one, other) => Number(other.kid === active) - Number(one.kid === active))
}
