import path from 'node:path'
import { peopleOf } from '../shop/demo-accounts.mjs'
import { seedCatalogue } from '../shop/seed-catalogue.mjs'
import { urlWith } from '../stores/address.mjs'
import { composeHome, mysqlInside } from './files.mjs'

/** Seconds that everything may take to be well: images are there by then. */
const patience = 900

/** Starts all containers and waits until each is well. @throws Fault with what Compose says */
export const startAll = (compose, progress) =>
  compose.run(['up', '--detach', '--wait', '--wait-timeout', String(patience)], { progress })

/** The demo accounts, made by the user service's own image. */
export const seedPeople = (compose, { keys, accounts, people }, env = process.env) => {
  const { user, schema: database } = accounts.user
  const url = urlWith(mysqlInside, { user, password: keys['mysql-user'], database })
  const args = ['run', '--rm', '--no-TTY', '--no-deps', '--env', 'USER_DATABASE_URL', 'user']
  return compose.run([...args, 'src/seed-accounts.ts'], {
    env: { ...env, USER_DATABASE_URL: url },
    input: JSON.stringify(peopleOf(people)),
    what: 'Making the demo accounts',
  })
}

/** The demo catalogue, through the gateway. */
export const seedGoods = (gateway, { people }) =>
  seedCatalogue({ gateway, admin: people.admin, state: path.join(composeHome, 'seed.json') })

const containersOf = async (compose) => {
  const ids = ((await compose.ask(['ps', '--all', '--quiet'])) ?? '').split('\n').filter(Boolean)
  if (ids.length === 0) return []
  const format =
    '{{index .Config.Labels "com.docker.compose.service"}} {{.State.StartedAt}} {{.State.Running}}'
  const text = await compose.docker(['inspect', '--format', format, ...ids])
  return (text ?? '').split('\n').map((line) => {
    const [service, startedAt, running] = line.split(' ')
    return { service, startedAt: Date.parse(startedAt), isRunning: running === 'true' }
  })
}

/**
 * The services whose pod was started after them: they live in a network that is gone, where nobody reaches them.
 * @param containers `[{ service, startedAt, isRunning }]`
 */
export const strandedIn = (containers) => {
  const pods = new Map(
    containers
      .filter(({ service }) => service.endsWith('-pod'))
      .map(({ service, startedAt }) => [service.replace(/-pod$/, ''), startedAt]),
  )
  return containers
    .filter(({ service }) => !service.endsWith('-pod'))
    .filter(({ service, startedAt }) => pods.get(service.replace(/-dapr$/, '')) > startedAt)
    .map(({ service }) => service)
    .toSorted()
}

/** Starts what is stranded anew, then whatever does not run. @returns which services were stranded */
export const heal = async (compose) => {
  const stranded = strandedIn(await containersOf(compose))
  if (stranded.length > 0) await compose.run(['restart', ...stranded])
  await startAll(compose)
  return stranded
}
