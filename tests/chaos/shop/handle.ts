import type { Proxies } from '../proxy/client.ts'

type Account = { readonly email: string; readonly password: string }

/** What load and checker need of a shop, wherever it runs. */
export type Served = Pick<
  Shop,
  'gateway' | 'ports' | 'accounts' | 'secrets' | 'mysqlUrl' | 'redisUrl'
>

/** A running private shop, as start.mjs makes it. */
export type Shop = {
  readonly gateway: string
  readonly ports: Readonly<Record<string, { readonly http: number; readonly public?: number }>>
  readonly apps: readonly string[]
  readonly edges: readonly string[]
  readonly accounts: Readonly<Record<'admin' | 'shopper', Account>>
  readonly secrets: string
  readonly keys: Readonly<Record<string, string>>
  readonly mysqlUrl: string
  readonly redisUrl: string
  readonly home: string
  readonly proxies: Proxies
  readonly processes: {
    /** @returns false when there is no such process now */
    readonly signal: (target: string, signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT') => boolean
    /** @param changed variables, or the checkout that its code is of */
    readonly renew: (
      app: string,
      changed?: { readonly env?: Readonly<Record<string, string>>; readonly folder?: string },
    ) => Promise<void>
  }
  readonly stores: {
    readonly hasDisk: boolean
    readonly kill: (store: 'mysql' | 'redis') => Promise<void>
    readonly isAlive: (store: 'mysql' | 'redis') => boolean
    readonly restart: (store: 'mysql' | 'redis', keys: Shop['keys']) => Promise<void>
    readonly emptyRedis: () => void
    readonly fillDisk: () => void
    readonly clearDisk: () => void
  }
  /** Processes that ended though nobody had killed them. */
  readonly surprises: () => readonly string[]
  readonly stop: () => Promise<void>
}
