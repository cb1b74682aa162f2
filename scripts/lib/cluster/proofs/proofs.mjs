const ofShop = (...names) => names.map((name) => `tests/${name}.test.ts`)

/** All but those that kill, stop or start processes of this machine: there a shop of `npm start` is tested. */
const endToEnd = ofShop(
  'accounts',
  'bad-input',
  'books',
  'carts',
  'catalogue',
  'database-accounts',
  'erasure',
  'health',
  'oauth',
  'order-events',
  'personal-data',
  'privacy',
  'purchase',
  'security',
  'security-addresses',
  'security-tokens',
  'security-webhooks',
)

/** What `npm run cluster -- test` proves, by name: files of tests, in the order in which they run. */
export const proofs = {
  tour: { says: "the README's tour", files: ofShop('tour') },
  trace: {
    says: "a purchase is one connected trace in the cluster's Zipkin",
    files: ofShop('trace'),
  },
  e2e: { says: 'the end-to-end suite, against the gateway', files: endToEnd },
  calls: {
    says: 'every allowed and every refused call and request, by the identities that sentry gave and by people’s rights',
    files: ofShop('zero-trust/calls', 'zero-trust/apis', 'permissions'),
    // Between apps that never speak the network refuses before any access list could.
    wallsOpen: true,
  },
  roles: {
    says: 'what each role may do in the cluster, and what not',
    files: ofShop('cluster/roles'),
  },
  walls: { says: 'which pods reach which, and which do not', files: ofShop('cluster/walls') },
  wire: { says: 'nothing of a purchase is readable between pods', files: ofShop('cluster/wire') },
}
