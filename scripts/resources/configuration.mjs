/** An app's Dapr Configuration, from pkg/contracts/src/rights.ts. Needs Node 24. */
import { apps, components } from '@micromart/contracts'
import { calls, publishers, secretsOf, stateful } from '@micromart/contracts/rights'

const rule = (name, protocol) => ({ name, version: 'v1', protocol })

/** Events are published by an app, dead letters by its sidecar itself, which asks no list. */
const tells = (app) => Object.values(publishers).includes(app)

/** Dapr's own SDK, which reads the secrets, asks the sidecar about itself before anything else. */
const readingSecrets = [rule('secrets', 'http'), rule('metadata', 'http'), rule('secrets', 'grpc')]

/**
 * The parts of the sidecar's own API that an app uses; calls to other apps are no part of it. A protocol without an entry would
 * be open in full.
 */
const allowedApis = (app) => [
  rule('healthz', 'http'),
  ...(secretsOf[app].length > 0 ? readingSecrets : []),
  ...(tells(app) ? [rule('publish', 'grpc')] : []),
  ...(stateful.includes(app) ? [rule('state', 'grpc')] : []),
]

const policyOf = (appId, paths, { namespace, trustDomain }) => ({
  appId,
  namespace,
  trustDomain,
  defaultAction: 'deny',
  operations: paths.map((name) => ({ name, action: 'allow' })),
})

/** Who may call what of the app. Without any caller `policies` is absent: an empty list would allow everybody. */
const accessControl = (app, { access, ...place }) => {
  const callers = Object.values(apps).filter((caller) => calls[caller][app])
  const policies = callers.map((caller) => policyOf(caller, calls[caller][app], place))
  return {
    defaultAction: access,
    trustDomain: place.trustDomain,
    ...(policies.length > 0 ? { policies } : {}),
  }
}

/**
 * The Configuration of an app's sidecar: who may call it, which secrets and which parts of the sidecar's API it may use.
 * @param namespace of its callers
 * @param trustDomain of their identities
 * @param access what befalls a caller without a policy. Names count only over mTLS; without it this alone decides
 * @param spec what else the Configuration says, such as tracing and name resolution
 */
export const configurationOf = (
  app,
  { namespace = 'default', trustDomain = 'public', access = 'deny', spec = {} } = {},
) => ({
  apiVersion: 'dapr.io/v1alpha1',
  kind: 'Configuration',
  metadata: { name: app },
  spec: {
    ...spec,
    accessControl: accessControl(app, { namespace, trustDomain, access }),
    secrets: {
      scopes: [
        {
          storeName: components.secrets,
          defaultAccess: 'deny',
          ...(secretsOf[app].length > 0 ? { allowedSecrets: secretsOf[app].toSorted() } : {}),
        },
      ],
    },
    api: { allowed: allowedApis(app) },
  },
})
