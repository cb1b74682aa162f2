import { execFileSync } from 'node:child_process'
import { pidOnPort, whileStopped } from './processes.ts'
import { type Answer, call, eventually, shop } from './shop.ts'

const parentOf = (pid: number): number =>
  Number(execFileSync('ps', ['-o', 'ppid=', '-p', String(pid)], { encoding: 'utf8' }))

const answers = (url: string): Promise<boolean> =>
  fetch(url, { signal: AbortSignal.timeout(2000) }).then(
    ({ ok }) => ok,
    () => false,
  )

/**
 * Ends an app and keeps its restarter from bringing it back while `work` runs: its connections are refused.
 * Afterwards waits until it is ready again, by itself.
 */
export const whileGone = async <T>(app: string, work: () => Promise<T>): Promise<T> => {
  const { http } = shop.ports[app]!
  const pid = pidOnPort(http)
  const isReady = () => answers(`http://127.0.0.1:${http}/readyz`)
  const result = await whileStopped(parentOf(pid), async () => {
    process.kill(pid, 'SIGKILL')
    await eventually(isReady, (ready) => !ready)
    return work()
  })
  await eventually(isReady, (ready) => ready, 40_000)
  return result
}

/** Lets a store stand still while `work` runs: it takes connections and answers nothing. */
export const whileStill = <T>(store: 'mysql' | 'redis', work: () => Promise<T>): Promise<T> =>
  whileStopped(pidOnPort(Number(new URL(shop[store]).port)), work)

/** A server that the caller named serves others too: it is not for us to stop. */
export const isOwn = (store: 'mysql' | 'redis'): boolean => {
  const named = `MICROMART_TEST_${store.toUpperCase()}_URL`
  if (process.env[named]) process.stderr.write(`skipped: ${named} is not ours to stop\n`)
  return !process.env[named]
}

/** Status, code and whether `Retry-After` is there: what a client sees of an outage. */
export const seen = ({ status, body, headers }: Answer<unknown>) => ({
  status,
  code: (body as { code?: string } | undefined)?.code,
  retry: Number(headers.get('retry-after')) > 0,
})

/** How a client sees that what its route needs is away. */
export const away = { status: 503, code: 'dependency_unavailable', retry: true }

/** Asks until the gateway answers so, as a client does that obeys no `Retry-After`. */
export const healed = (method: string, path: string, options: Parameters<typeof call>[2] = {}) =>
  eventually(
    () => call(method, path, options),
    ({ status }) => status < 300,
    30_000,
  )
