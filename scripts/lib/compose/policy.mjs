import { parse } from 'yaml'

/** What the default set may take, all limits together. */
const mostBytes = 2_500_000_000

/** A Compose file as the rules want it: anchors resolved, and its text. */
export const composeOf = (text) => {
  const { services, ...rest } = parse(text, { merge: true, maxAliasCount: -1 })
  return { ...rest, text, services: Object.entries(services) }
}

const named = (services, faultsOf) =>
  services.flatMap(([name, service]) => faultsOf(service, name).map((fault) => `${name}: ${fault}`))

const when = (isBad, fault) => (isBad ? [fault] : [])

const ownImage =
  /^\$\{MICROMART_REGISTRY:-localhost\/micromart\}\/[\w-]+:\$\{MICROMART_TAG:-local\}$/
const exactImage = /^[\w./-]+:v?\d+\.\d+\.\d+[\w.-]*$/

const images = ({ services }) =>
  named(services, ({ image = '' }) =>
    when(!ownImage.test(image) && !exactImage.test(image), `image ${image}`),
  )

/** They write beside their programs, which their makers say. */
const writable = ['elasticsearch', 'kibana']

const hardened = ({ services }) =>
  named(services, (service, name) => [
    ...when(service.read_only !== true && !writable.includes(name), 'may write to its image'),
    ...when(service.cap_drop?.join() !== 'ALL', 'keeps capabilities'),
    ...when(!service.security_opt?.includes('no-new-privileges:true'), 'may gain rights'),
    ...when(service.privileged || service.pid || service.ipc, 'shares what is the machine’s'),
    ...when(service.network_mode === 'host', 'is in the machine’s network'),
    ...when(JSON.stringify(service.volumes ?? []).includes('docker.sock'), 'has Docker’s socket'),
    ...when(
      (service.cap_add ?? []).some((each) => each !== 'DAC_READ_SEARCH'),
      'adds capabilities',
    ),
  ])

/** Of a limit, such as `168m`. */
const bytesOf = (text) => {
  const [, number, unit] = /^(\d+)([mg])$/.exec(text ?? '') ?? []
  return number ? Number(number) * (unit === 'g' ? 1024 ** 3 : 1024 ** 2) : 0
}

const lasting = ([, { profiles, restart }]) => !profiles && restart === 'unless-stopped'

/** An app and its sidecar come when its migration has ended: the worst moment has the larger of the two. */
const mostAtOnce = (services) => {
  const limits = Object.fromEntries(
    services.map(([name, { mem_limit: limit }]) => [name, bytesOf(limit)]),
  )
  const kept = services.filter(lasting).map(([name]) => limits[name])
  const more = services
    .filter(([name]) => name.startsWith('migrate-'))
    .map(([name]) => [limits[name], name.replace('migrate-', '')])
    .map(([limit, app]) => Math.max(0, limit - limits[app] - limits[`${app}-dapr`]))
  return [...kept, ...more].reduce((total, each) => total + each, 0)
}

const memory = ({ services }) => {
  const most = mostAtOnce(services)
  return [
    ...named(services, (service) => when(!bytesOf(service.mem_limit), 'has no memory limit')),
    ...when(most > mostBytes, `the default set may take ${most} bytes, more than ${mostBytes}`),
  ]
}

const logs = ({ services }) =>
  named(services, ({ logging }) =>
    when(!logging?.options?.['max-size'] || !logging.options['max-file'], 'logs without end'),
  )

const ports = ({ services }) =>
  named(services, (service) =>
    (service.ports ?? [])
      .filter((port) => !/^127\.0\.0\.1:[^:]*(?:\{[^}]*\})?[^:]*:\d+$/.test(port))
      .map((port) => `publishes ${JSON.stringify(port)}`),
  )

const secretName = /PASSWORD|PASSWD|SECRET|TOKEN|PRIVATE|CREDENTIAL|API_?KEY/
const isFile = (name, value) =>
  name.endsWith('_FILE') || /^(\/|\$\{|false$|true$)/.test(String(value))

const secrets = ({ services, secrets: files }) => {
  const used = new Set(
    services.flatMap(([, { secrets: own = [] }]) => own.map((each) => each.source ?? each)),
  )
  return [
    ...named(services, ({ environment = {} }) =>
      Object.entries(environment)
        .filter(([name, value]) => secretName.test(name) && !isFile(name, value))
        .map(([name]) => `its environment holds ${name}`),
    ),
    ...Object.entries(files)
      .filter(([, { file }]) => !file?.startsWith('var/compose/'))
      .map(([name]) => `the secret ${name} is no file of var/compose`),
    ...Object.keys(files)
      .filter((name) => !used.has(name))
      .map((name) => `nobody uses the secret ${name}`),
  ]
}

const restarts = ({ services }) =>
  named(services, ({ restart }, name) =>
    when(
      restart !== (name.startsWith('migrate-') ? 'on-failure:5' : 'unless-stopped'),
      `restart is ${restart}`,
    ),
  )

const flag = (command, name) => new RegExp(`--${name} (\\S+)`).exec(command)?.[1]

const podFaults = (app, { pod, part, sidecar }) => {
  const here = `service:${app}-pod`
  const own = (sidecar?.secrets ?? []).map((each) => each.source ?? each)
  const shared = ['ca.crt', `${app}.json`, `${app}.jwt`]
  return [
    ...when(!pod?.networks?.default?.aliases?.includes(app), 'no pod answers to its name'),
    ...when(part?.network_mode !== here, 'is in no pod of its own'),
    ...when(part?.environment?.APP_ID !== app, 'has another id'),
    ...when(sidecar?.network_mode !== here, 'its sidecar is in another pod'),
    ...when(sidecar?.depends_on?.[`${app}-pod`]?.restart !== true, 'stays when its pod goes'),
    ...when(
      own.toSorted().join() !== shared.toSorted().join(),
      `its sidecar has ${own.join(', ')}`,
    ),
  ]
}

const rowsOf = (services) => Object.fromEntries(services)

const pods = ({ services }, { apps }) => {
  const by = rowsOf(services)
  return apps.flatMap((app) => {
    const trio = { pod: by[`${app}-pod`], part: by[app], sidecar: by[`${app}-dapr`] }
    return podFaults(app, trio).map((fault) => `${app}: ${fault}`)
  })
}

const sidecarFaults = (app, { command = '', environment = {}, healthcheck }) => [
  ...when(!/--enable-mtls\b/.test(command), 'speaks without mTLS'),
  ...when(flag(command, 'sentry-address') !== 'sentry:50001', 'asks no sentry'),
  ...when(flag(command, 'app-id') !== app, 'has another id'),
  ...when(flag(command, 'config') !== `/dapr/${app}.yaml`, 'has another Configuration'),
  ...when(flag(command, 'dapr-listen-addresses') !== '127.0.0.1', 'opens its API to all'),
  ...when(environment.MICROMART_ACCESS_DEFAULT !== 'deny', 'allows by default'),
  ...when(!environment.SSL_CERT_FILE, 'does not know the stores’ authority'),
  ...when(!healthcheck?.test?.includes('--wait'), 'nobody asks how it is'),
]

const sidecars = ({ services }, { apps }) => {
  const by = rowsOf(services)
  return apps.flatMap((app) =>
    sidecarFaults(app, by[`${app}-dapr`] ?? {}).map((fault) => `${app}-dapr: ${fault}`),
  )
}

const stores = ({ services }) => {
  const { mysql, redis } = rowsOf(services)
  return [
    ...when(!mysql?.command?.includes('--require-secure-transport=ON'), 'mysql speaks plainly'),
    ...when(
      redis?.command?.join(' ') !== 'redis-server /run/secrets/redis.conf',
      'redis has other settings',
    ),
    ...[mysql, redis].flatMap((store, index) =>
      when(!store?.volumes?.length, `${['mysql', 'redis'][index]} keeps nothing`),
    ),
  ]
}

const waits = (by, name, other, condition) =>
  when(by[name]?.depends_on?.[other]?.condition !== condition, `${name} does not wait for ${other}`)

/** Of whom nobody asks how they are, and why. */
const unasked = [
  [/-pod$/, 'it holds a network and sleeps'],
  [/^migrate-/, 'it ends, and how it ended is what others wait for'],
  [/^sentry$/, 'its image is one program, which cannot ask; without it no sidecar becomes well'],
]

/** Whoever cannot be reached, or says that he is not well, makes these fail; no shell is there to say otherwise. */
const asks = /https?:\/\/|,(?:ping|--wait|test,output),/

const healthFaults = ({ healthcheck }, name, apps) => {
  if (unasked.some(([form]) => form.test(name))) return []
  if (healthcheck?.disable) return ['"up --wait" fails with a health check that is switched off']
  const test = healthcheck?.test
  if (!test) return when(!apps.includes(name), 'nobody asks how it is') // an app's is its image's
  const canFail = Array.isArray(test) && test[0] === 'CMD' && asks.test(`${test.join()},`)
  return when(!canFail, `its health check cannot fail: ${test}`)
}

const health = ({ services }, { apps }) =>
  named(services, (service, name) => healthFaults(service, name, apps))

const order = ({ services }, { apps }) => {
  const by = rowsOf(services)
  const migrations = Object.keys(by).filter((name) => name.startsWith('migrate-'))
  return [
    ...migrations.flatMap((name) => waits(by, name, 'mysql', 'service_healthy')),
    ...migrations.flatMap((name) =>
      waits(by, name.replace('migrate-', ''), name, 'service_completed_successfully'),
    ),
    ...apps.flatMap((app) => waits(by, `${app}-dapr`, 'redis', 'service_healthy')),
    ...apps.flatMap((app) => waits(by, `${app}-dapr`, app, 'service_started')),
  ]
}

const variables = ({ text }, { example }) => {
  const used = new Map(
    [...text.matchAll(/\$\{(\w+)(?::-([^}]*))?\}/g)].map(([, name, standard]) => [name, standard]),
  )
  const told = new Map(
    [...example.matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
  )
  const own = ['COMPOSE_PROFILES'] // Compose's, not the file's
  return [
    ...[...used]
      .filter(([name, standard]) => told.get(name) !== standard)
      .map(([name, standard]) => `.env.example does not say ${name}=${standard}`),
    ...[...told.keys()]
      .filter((name) => !used.has(name) && !own.includes(name))
      .map((name) => `.env.example tells of ${name}, which nothing uses`),
  ]
}

const mounts = ({ services }, { exists }) =>
  named(services, ({ volumes = [] }) =>
    volumes
      .filter((each) => each.startsWith('./'))
      .map((each) => each.split(':')[0])
      .filter((place) => !place.startsWith('./var/') && !exists(place))
      .map((place) => `mounts ${place}, which is not there`),
  )

/** Each answers what is wrong with a file, `composeOf`'s, given `{ apps, example, exists }`. */
const rules = {
  'names images by an exact tag': images,
  'gives no container more rights than it needs': hardened,
  'bounds memory, and the default set to 2.5 GB': memory,
  'keeps a bounded number of logs': logs,
  'publishes on the loopback alone': ports,
  'has secrets in files, and none that nobody uses': secrets,
  'starts again what ended': restarts,
  'asks everybody how he is, by a check that can fail': health,
  'has a pod for each app': pods,
  'has sidecars that trust nobody': sidecars,
  'has stores that speak TLS and keep their data': stores,
  'starts in an order that waits for what is needed': order,
  'has all variables in .env.example, with their defaults': variables,
  'mounts what is there': mounts,
}

/** What is wrong with a Compose file: `[{ check, faults }]`, one for each rule. */
export const judgeCompose = (compose, facts) =>
  Object.entries(rules).map(([check, faultsOf]) => ({ check, faults: faultsOf(compose, facts) }))
