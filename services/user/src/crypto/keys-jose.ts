import {
  calculateJwkThumbprint,
  type CryptoKey,
  exportJWK,
  exportPKCS8,
  generateKeyPair,
  importPKCS8,
} from 'jose'
import type { KeyMaker } from '../model/ports.ts'
import type { PublicJwk, SigningKey } from '../model/signing-key.ts'
import type { KeyBox } from './key-box.ts'

const publicJwkOf = async (key: CryptoKey): Promise<PublicJwk> => {
  const { x, y } = await exportJWK(key)
  if (x === undefined || y === undefined) throw new Error('Not an EC key')
  return { kty: 'EC', crv: 'P-256', x, y }
}

/** Makes ES256 key pairs whose private half leaves this function sealed only. */
export const keyMakerJose = (box: KeyBox): KeyMaker => ({
  make: async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
    const publicJwk = await publicJwkOf(publicKey)
    const kid = await calculateJwkThumbprint(publicJwk)
    const sealedPrivate = box.seal(Buffer.from(await exportPKCS8(privateKey)), kid)
    return { kid, publicJwk, sealedPrivate }
  },
})

/**
 * The private key, not extractable from here on (S28).
 * @throws Error when the key-encryption key is not the one it was sealed with
 */
export const openPrivateKey = (
  box: KeyBox,
  { kid, sealedPrivate }: Pick<SigningKey, 'kid' | 'sealedPrivate'>,
): Promise<CryptoKey> => importPKCS8(box.open(sealedPrivate, kid).toString(), 'ES256')
