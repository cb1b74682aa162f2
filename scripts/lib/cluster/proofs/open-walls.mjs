import { setTimeout as sleep } from 'node:timers/promises'
import { kubectl } from '../kubectl.mjs'
import { namespaces } from '../shop/place.mjs'

const sidecars = [{ protocol: 'TCP', port: 50002 }]

const opened = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'proof-all-sidecars', namespace: namespaces.shop },
  spec: {
    podSelector: {},
    policyTypes: ['Ingress', 'Egress'],
    ingress: [{ from: [{ podSelector: {} }], ports: sidecars }],
    egress: [{ to: [{ podSelector: {} }], ports: sidecars }],
  },
}

const inShop = ['--namespace', namespaces.shop]

const isOpen = async (address) => {
  const knock = `require('node:net').connect(50002, '${address}').on('connect', () => process.exit(0)).on('error', () => process.exit(1))`
  const node = ['--container', 'app', '--', '/nodejs/bin/node', '--eval', knock]
  return kubectl.ask(['exec', ...inShop, 'deployment/payment', ...node]).then(
    () => true,
    () => false,
  )
}

/** Payment never calls order: once it gets there, all walls between sidecars are open. */
const opening = async () => {
  const label = ['--selector', 'app.kubernetes.io/name=order']
  const { items } = await kubectl.get(['pods', ...inShop, ...label])
  const until = Date.now() + 120_000
  while (!(await isOpen(items[0].status.podIP))) {
    if (Date.now() > until) throw new Error('the network policies did not open in two minutes')
    await sleep(500)
  }
}

/** Does something while every sidecar of the shop reaches every other, so that access lists alone decide. */
export const withWallsOpen = async (work) => {
  await kubectl.apply([opened])
  try {
    await opening()
    return await work()
  } finally {
    await kubectl.ask(['delete', 'networkpolicy', opened.metadata.name, ...inShop])
  }
}
