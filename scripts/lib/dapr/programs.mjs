import os from 'node:os'
import path from 'node:path'
import { cachedGoProgram, goPlatform } from '../machine/go-programs.mjs'

const { system, arch } = goPlatform

const program = (facts) => ({
  ...facts,
  cached: () => cachedGoProgram(facts, `${facts.name}-${facts.built}`),
  archiveUrl: () =>
    `${process.env.MICROMART_DAPR_RELEASES || 'https://github.com/dapr'}/${facts.repository}/releases/download/` +
    `v${facts.released}/${facts.name}_${system}_${arch}.tar.gz`,
})

/** Dapr's programs: what is accepted when found, what is fetched, what is built. */
export const daprCli = program({
  name: 'dapr',
  title: 'Dapr CLI',
  supported: { from: [1, 16, 0], below: [1, 19, 0] },
  repository: 'cli',
  released: '1.16.5',
  built: '1.16.5',
  folder: 'scripts/dapr/cli',
  buildArgs: [
    '-ldflags',
    '-s -w -X main.version=1.16.5 -X main.apiVersion=1.0',
    'github.com/dapr/cli',
  ],
  usually: '4 to 9 minutes on two cores, once',
  packages: 1770,
  elsewhere: [],
})

export const daprd = program({
  name: 'daprd',
  title: 'Dapr sidecar (daprd)',
  supported: { from: [1, 18, 0], below: [1, 19, 0] },
  repository: 'dapr',
  // Newer than the built one: 1.18.3 keeps connections to apps better, but Go's module proxy lacks it.
  released: '1.18.3',
  built: '1.18.2',
  folder: 'scripts/dapr/daprd',
  buildArgs: [
    '-tags',
    'stablecomponents',
    '-ldflags',
    '-s -w -X github.com/dapr/dapr/pkg/buildinfo.version=1.18.2',
    '.',
  ],
  usually: '4 to 9 minutes on two cores, once',
  packages: 1740,
  // Where `dapr init` puts it.
  elsewhere: [path.join(os.homedir(), '.dapr', 'bin')],
})

/** For zero trust only. Other programs have that name, too, and this one does not tell its version: it is never looked for. */
export const sentry = program({
  name: 'sentry',
  title: 'Dapr certificate authority (sentry)',
  supported: undefined,
  repository: 'dapr',
  released: '1.18.3',
  built: '1.18.2',
  folder: 'scripts/dapr/daprd',
  buildArgs: [
    '-ldflags',
    '-s -w -X github.com/dapr/dapr/pkg/buildinfo.version=1.18.2',
    'github.com/dapr/dapr/cmd/sentry',
  ],
  usually: '1 to 3 minutes on two cores, once',
  packages: 900,
  elsewhere: [],
})

/** Which of them a run needs. */
export const daprPrograms = ({ zeroTrust }) => [daprCli, daprd, ...(zeroTrust ? [sentry] : [])]

const forKubernetes = (name, title) =>
  program({
    name,
    title,
    supported: undefined,
    repository: 'dapr',
    released: '1.18.3',
    built: '1.18.2',
    folder: 'scripts/kubernetes/dapr',
    buildArgs: [
      '-ldflags',
      '-s -w -X github.com/dapr/dapr/pkg/buildinfo.version=1.18.2',
      `github.com/dapr/dapr/cmd/${name}`,
    ],
    usually: '1 to 3 minutes on two cores, once',
    packages: 900,
    elsewhere: [],
  })

/** What Dapr's chart runs beside sentry. Placement and scheduler serve actors, workflows and jobs, which the shop has none of. */
export const controlPlane = [
  forKubernetes('operator', 'Dapr operator'),
  forKubernetes('injector', 'Dapr sidecar injector'),
  sentry,
]
