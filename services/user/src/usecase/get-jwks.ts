import type { Ports } from '../model/ports.ts'

type Deps = Pick<Ports, 'keys'>

/** The JWK Set (RFC 7517) as JSON text: keys that sign, will sign or have signed a token that may still live. */
export const getJwks =
  ({ keys }: Deps) =>
  async (): Promise<string> => {
    const all = await keys.all()
    const published = all.map(({ kid, publicJwk: { kty, crv, x, y } }) => ({
      kty,
      crv,
      x,
      y,
      kid,
      alg: 'ES256',
      use: 'sig',
    }))
    return JSON.stringify({ keys: published })
  }
