import { z } from 'zod'
import { anybody, route } from '../http/route.ts'

const jwks = z.object({ keys: z.array(z.record(z.string(), z.unknown())) }).meta({ id: 'JwkSet' })

export const keyRoutes = [
  route({
    method: 'get',
    path: '/oauth2/jwks',
    summary: 'The public keys that verify access tokens (RFC 7517)',
    tag: 'Authentication',
    auth: anybody,
    budget: 'reads',
    public: true,
    responses: {
      200: {
        description: 'A JWK Set',
        shape: jwks,
        mediaType: 'application/jwk-set+json',
      },
    },
    handler: async (_input, { user }) => {
      const { jwks: content } = await user.getJwks({})
      return {
        status: 200,
        bytes: { type: 'application/jwk-set+json', content },
        headers: { 'Cache-Control': 'public, max-age=300' },
      }
    },
  }),
]
