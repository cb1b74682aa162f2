import { nodeFlags } from '../machine/node24.mjs'

const limit = 300e6

const shells = /^\/(usr\/)?(local\/)?s?bin\/(sh|bash|dash|ash|zsh|busybox)$/
const buildTools = /^\/(usr\/)?(local\/)?s?bin\/(npm|npx|apt|apt-get|dpkg|gcc|make|curl|wget)$/
const privateFiles =
  /\/(\.env[^/]*|\.npmrc|\.git|\.ssh|id_rsa|id_ed25519|secrets\.json|keys\.json|[^/]+\.(key|p12|pfx))$/
const testFiles = /^\/app\/(?!.*node_modules\/).*(\/tests\/|\.test\.[a-z]+$)/
const secretNames = /^[^=]*(PASSWORD|PASSWD|SECRET|TOKEN|PRIVATE|CREDENTIAL|KEY)[^=]*=./i

/** Where a package lies, from its own package.json. */
const packageForm = /^\/app\/(.*node_modules\/(?:@[^/]+\/)?[^/@.][^/]*)\/package\.json$/

const isExec = ([first, ...rest]) =>
  first !== undefined && !(shells.test(first) || (/^(ba|da)?sh$/.test(first) && rest[0] === '-c'))

const named = (paths) =>
  paths.slice(0, 3).join(', ') + (paths.length > 3 ? `, and ${paths.length - 3} more` : '')

/** A check that finds files which must not be there. */
const noFile =
  (why, isBad) =>
  ({ files, ...image }) => {
    const bad = files.filter((file) => isBad(file, image)).map(({ path }) => path)
    return bad.length > 0 ? [`${why}: ${named(bad)}`] : []
  }

const when = (isBad, fault) => (isBad ? [fault] : [])

/** Not where the sticky bit keeps everybody to their own, as in /tmp. */
const writable = ({ mode }) =>
  mode[0] !== 'l' && (mode[8] === 'w' || mode[5] === 'w') && mode[9] !== 't'

const labels = ['title', 'description', 'licenses', 'version', 'revision'].map(
  (name) => `org.opencontainers.image.${name}`,
)

/** True of every image: each check answers what is wrong with `{ ...inspectImage, files: filesOf, part?, development?, listed? }`. */
const forAll = {
  'does not run as root': ({ user }) =>
    when(!/^[1-9]\d*(:\d+)?$/.test(user), `its user is "${user}", not a number other than 0`),
  'is under 300 MB': ({ bytes }) => when(bytes > limit, `it has ${Math.round(bytes / 1e6)} MB`),
  'carries no secret': ({ environment, ...image }) => [
    ...when(
      environment.some((each) => secretNames.test(each)),
      `its environment has ${environment.filter((each) => secretNames.test(each)).map((each) => each.split('=')[0])}`,
    ),
    ...noFile('files that may hold secrets', ({ path }) => privateFiles.test(path))(image),
  ],
  'has no shell': noFile('shells', ({ path }) => shells.test(path)),
  'has no tools to build or fetch with': noFile('tools', ({ path }) => buildTools.test(path)),
  'gives nobody rights of the owner': noFile(
    'files with the set-user or set-group bit',
    ({ mode }) => /[sS]/.test(mode.slice(1)),
  ),
  'can be changed by root alone': noFile('files that others may change', writable),
}

/** True of the images of parts as well. */
const forParts = {
  'says what it is': ({ labels: given }) =>
    labels.filter((name) => !given[name]).map((name) => `it lacks the label ${name}`),
  'starts Node itself, with the flags of a local run': ({ entrypoint, command }) => [
    ...when(
      !isExec(entrypoint),
      `its entrypoint goes through a shell: ${JSON.stringify(entrypoint)}`,
    ),
    ...when(
      JSON.stringify(entrypoint) !== JSON.stringify(['node', ...nodeFlags]),
      `its entrypoint is ${JSON.stringify(entrypoint)}`,
    ),
    ...when(command[0] !== 'src/main.ts', `its command is ${JSON.stringify(command)}`),
  ],
  'tells whether it lives': ({ healthcheck: [form, program] }) =>
    when(
      form !== 'CMD' || program !== 'node',
      `its health check is ${form ?? 'none'}: not node itself`,
    ),
  'belongs to root': noFile(
    "files under /app that are not root's",
    ({ path, owner, group }) => path.startsWith('/app') && (owner !== 0 || group !== 0),
  ),
  'can be read by its user': noFile(
    'files under /app that its user cannot read',
    ({ path, mode }) => path.startsWith('/app') && mode[0] !== 'l' && mode[7] !== 'r',
  ),
  'has no dependency of development': noFile(
    'packages of development',
    ({ path }, { development }) => development.some((name) => path === `/app/node_modules/${name}`),
  ),
  'has no tests': noFile('tests', ({ path }) => testFiles.test(path)),
  'has its part, and what it shares': ({ files, part }) => {
    const there = new Set(files.map(({ path }) => path))
    const needed = [`/app/${part}/src/main.ts`, '/app/pkg/kernel/src/index.ts', '/nodejs/bin/node']
    return needed.filter((path) => !there.has(path)).map((path) => `there is no ${path}`)
  },
  'has no other part': noFile(
    'files of other parts',
    ({ path }, { part }) =>
      /^\/app\/(gateway|services\/[^/]+)\/src\//.test(path) && !path.startsWith(`/app/${part}/`),
  ),
  'brings its own Node alone': noFile("npm's packages of Node", ({ path }) =>
    /^\/app\/node_modules\/node(-linux|-darwin|-win)/.test(path),
  ),
  'holds what its bill of materials says': ({ files, listed }) => {
    const held = new Set(files.flatMap(({ path }) => packageForm.exec(path)?.[1] ?? []))
    const surplus = [...held].filter((place) => !listed.includes(place))
    const absent = listed.filter((place) => !held.has(place))
    return [
      ...when(surplus.length > 0, `packages that are not listed: ${named(surplus)}`),
      ...when(absent.length > 0, `listed packages that are not there: ${named(absent)}`),
    ]
  },
  'is compiled already': ({ files }) =>
    when(!files.some(({ path }) => path.startsWith('/app/.compiled/v')), '/app/.compiled is empty'),
}

export const checksFor = (part) => (part ? { ...forAll, ...forParts } : forAll)

/** What is wrong with an image: `[{ check, faults }]`, one for each check, with no faults where it passes. */
export const judge = (image) =>
  Object.entries(checksFor(image.part)).map(([check, faultsOf]) => ({
    check,
    faults: faultsOf(image),
  }))
