import { describe, expect, it } from '@jest/globals'
import { type App, apps } from '@micromart/contracts'
import { callAs, mayCall, type Rpc, rpcs } from '../support/rpcs.ts'
import { shop } from '../support/shop.ts'

if (!shop.zeroTrust) process.stderr.write('skipped: this shop runs without MICROMART_ZERO_TRUST\n')
const zeroTrust = shop.zeroTrust ? describe : describe.skip

/** No message of any RPC: whoever answers to it that it cannot be read is the app, and nothing has happened. */
const unreadable = Buffer.from([0xff])

const refused = (caller: App, { app, path }: Rpc) => {
  // A call to itself never leaves the sidecar, so it bears no certificate and no name.
  const id = caller === app ? '' : `${shop.identities}${caller}`
  const details = `access control policy has denied access to id: ${id} operation: ${path} verb: NONE`
  return { path, code: 'PERMISSION_DENIED', details }
}

/** What the app itself says; one that reads a stream looks at the caller before the first message. */
const reached = ({ path, requestStream }: Rpc) =>
  requestStream
    ? { path, code: 'UNAUTHENTICATED', details: 'authentication_required' }
    : { path, code: 'INTERNAL', details: expect.stringContaining('deserializing') as unknown }

zeroTrust('over mTLS', () => {
  // Where the provider runs outside of the shop it has no sidecar.
  it.each(Object.values(apps).filter((app) => shop.ports[app]?.daprGrpc))(
    'S57 %s reaches every RPC that it may call, and no other',
    async (caller) => {
      const answers = await Promise.all(
        rpcs.map(async (rpc) => ({ path: rpc.path, ...(await callAs(caller, rpc, unreadable)) })),
      )
      expect(answers).toEqual(
        rpcs.map((rpc) => (mayCall(caller, rpc) ? reached(rpc) : refused(caller, rpc))),
      )
    },
  )
})
