import { apps } from '@micromart/contracts'
import { PrivacyServiceService } from '@micromart/contracts/privacy'
import { type RpcClient, runInContext, type Sidecar } from '@micromart/dapr'
import type { Custodian } from '../model/erasure-ports.ts'

type Privacy = RpcClient<typeof PrivacyServiceService>

/** In a context of its own: what is asked for is nobody's request any more. */
const custodian = (app: string, privacy: Privacy): Custodian => ({
  app,
  erase: async (accountId) => {
    const answer = await runInContext({}, () => privacy.erasePerson({ userId: accountId }))
    if (!answer.done) return undefined
    const erased = answer.erased.map(({ kind, count }) => ({ kind, count: Number(count) }))
    return { erased, kept: answer.kept, digest: answer.digest }
  },
})

/** The services that hold something of a person; product, payment and the gateway know nobody. */
export const custodiansRpc = (sidecar: Sidecar): readonly Custodian[] => {
  const again = { idempotent: true }
  return [
    custodian(apps.cart, sidecar.client(PrivacyServiceService, apps.cart, again)),
    custodian(apps.order, sidecar.client(PrivacyServiceService, apps.order, again)),
  ]
}
