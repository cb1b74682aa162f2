#!/usr/bin/env node
import { spawn } from 'node:child_process'
import { commandLine, main } from './lib/terminal/command-line.mjs'
import { checkNode, ensureDependencies } from './lib/machine/dependencies.mjs'
import { createSay } from './lib/terminal/say.mjs'
import { logDir } from './lib/cluster/layout.mjs'

const help = `
npm run cluster -- up            builds what is missing (20 to 40 minutes, once), starts Kubernetes with Dapr in network and mount
                                 namespaces of its own, loads the images and applies deploy/kubernetes/overlays/local
npm run cluster -- down          ends all of it and removes what it had
npm run cluster -- status        what runs; ends with 0 when all of it does, 1 when something does not, 3 when there is nothing
npm run cluster -- load-images   builds what has changed, loads it and restarts what runs it
npm run cluster -- test [PROOF ...]   proves what it says over the running cluster, all by default:
                                 tour, trace, e2e, calls, roles, walls, wire
npm run cluster -- rehearse [--keep]   a release of production under load, in two colours, in place of what "up" has put there; "up" puts
                                 it back. The report is in var/rehearsal; --keep writes it into docs/reliability
npm run cluster -- kubectl ...   kubectl of this cluster

It needs Linux and root. docs/cluster.md says what is in it.
`

const say = createSay()

const tellWhere = ({ url, zipkin, kubeconfig, accounts, ca }) => {
  const lines = Object.entries(accounts).map(
    ([role, { email, password }]) => `  ${role.padEnd(12)} ${email.padEnd(32)} ${password}`,
  )
  say.line(`
The shop is open in the cluster (${say.took()}):
  shop         ${url} (trust ${ca})
  API          ${url}/docs   ${url}/openapi.json
  traces       ${zipkin}
  kubectl      npm run cluster -- kubectl get pods -A   (or KUBECONFIG=${kubeconfig})
Demo accounts:
${lines.join('\n')}
Logs of its programs are in ${logDir}. "npm run cluster -- down" ends it.`)
}

const commands = {
  up: async () => {
    const { up } = await import('./lib/cluster/up.mjs')
    tellWhere(await up(say))
  },
  'load-images': async () => {
    const { reload } = await import('./lib/cluster/up.mjs')
    const changed = await reload(say)
    say.line(changed.length > 0 ? `Loaded: ${changed.join(', ')}` : 'Nothing has changed.')
  },
  test: async (names) => {
    // What it has started ends with it.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
      process.on(signal, () => process.exit(130))
    const { runProofs } = await import('./lib/cluster/proofs/run.mjs')
    const { shopFolder } = await import('./lib/cluster/up.mjs')
    const verdicts = await runProofs(names, { shopHome: shopFolder, say })
    process.exitCode = verdicts.every(({ faults }) => faults.length === 0) ? 0 : 1
  },
  rehearse: async (_, { keep }) => {
    const { rehearse } = await import('./lib/cluster/rehearsal/rehearse.mjs')
    const { provideFreshImages, shopFolder } = await import('./lib/cluster/up.mjs')
    const { kubectl } = await import('./lib/cluster/programs.mjs')
    const kustomize = kubectl.cached()
    const settings = { home: shopFolder, provide: provideFreshImages, kustomize, keep, say }
    process.exitCode = (await rehearse(settings)) ? 0 : 1
    say.line('"npm run cluster -- up" brings the shop of overlay local back.')
  },
  down: async () => {
    const { down } = await import('./lib/cluster/down.mjs')
    say.line((await down(say)) ? `Ended (${say.took()}).` : 'Nothing runs here.')
  },
  status: async () => {
    const { clusterStatus } = await import('./lib/cluster/status.mjs')
    const { text, code } = await clusterStatus()
    say.line(text)
    process.exitCode = code
  },
}

const passKubectl = async (args) => {
  const { requireRunning } = await import('./lib/cluster/status.mjs')
  const { kubectl } = await import('./lib/cluster/kubectl.mjs')
  requireRunning()
  const child = spawn(kubectl.file, [...kubectl.where, ...args], { stdio: 'inherit' })
  child.on('exit', (code) => (process.exitCode = code ?? 1))
}

const refuse = (what) => {
  console.error(`${what}\n\n${help.trim()}`)
  process.exit(2)
}

const [first, ...rest] = process.argv.slice(2)

await main(async () => {
  checkNode()
  if (first === 'kubectl') return passKubectl(rest)
  const { positionals, values } = commandLine(
    help,
    { keep: { type: 'boolean', default: false } },
    { positionals: true },
  )
  const [command, ...more] = positionals
  if (!Object.hasOwn(commands, command ?? '')) {
    refuse(command ? `No such command: ${command}` : 'What shall be done?')
  }
  if (more.length > 0 && command !== 'test') refuse(`${command} takes no ${more.join(' ')}`)
  if (['up', 'load-images', 'test', 'rehearse'].includes(command))
    await ensureDependencies(say, logDir)
  if (values.keep && command !== 'rehearse') refuse(`${command} takes no --keep`)
  await commands[command](more, values)
})
