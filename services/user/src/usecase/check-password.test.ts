import { describe, expect, it } from '@jest/globals'
import { newAccount } from '../model/account.ts'
import { LoginThrottled } from '../model/errors.ts'
import type { Failures } from '../model/login-throttle.ts'
import type { Ports } from '../model/ports.ts'
import { checkPassword } from './check-password.ts'

const now = new Date('2026-01-01T00:00:00Z')
const account = newAccount({ id: 'a', email: 'ann@example.com', name: 'Ann', roles: [] }, now)
const credentials = { account, passwordHash: 'hash of right', passwordVersion: 0 }

// No hash is old here, so nothing of it is called.
const neverRehashed = {} as Ports['accounts']

/** A hasher that says what it compared, and a memory of failures. */
const recording = (earlier?: Failures) => {
  const compared: [string, string | undefined][] = []
  const failures = new Map<string, Failures>(earlier ? [['ann', earlier]] : [])
  const deps = {
    failures: {
      of: async (key: string) => failures.get(key),
      add: async (key: string, lastAt: Date) => {
        failures.set(key, { count: (failures.get(key)?.count ?? 0) + 1, lastAt })
      },
      clear: async (key: string) => {
        failures.delete(key)
      },
      prune: async () => 0,
    },
    passwords: {
      inTurn: <T>(work: Parameters<Ports['passwords']['inTurn']>[0]) =>
        work({
          hash: async (password) => `hash of ${password}`,
          matches: async (password, hash) => {
            compared.push([password, hash])
            return hash === `hash of ${password}`
          },
          isOld: () => false,
        }) as Promise<T>,
    },
    secrets: { token: () => '', digest: (text: string) => text },
    clock: { now: () => now },
  }
  return { compared, failures, check: checkPassword({ ...deps, accounts: neverRehashed }) }
}

describe('checking a password', () => {
  it('S6 compares an unknown account as well, and counts its failures as a known one’s', async () => {
    const { compared, failures, check } = recording()
    const attempt = { emailKey: 'nobody', credentials: undefined, password: 'guess' }
    await expect(check(attempt)).rejects.toMatchObject({ code: 'credentials_wrong' })
    expect(compared).toEqual([['guess', undefined]])
    expect(failures.get('nobody')).toEqual({ count: 1, lastAt: now })
  })

  it('S7 compares nothing while the delay runs, the right password neither', async () => {
    const { compared, check } = recording({ count: 10, lastAt: now })
    const attempt = { emailKey: 'ann', credentials, password: 'right' }
    await expect(check(attempt)).rejects.toThrow(LoginThrottled)
    expect(compared).toEqual([])
  })

  it('S4 compares nothing that is too long to be a password', async () => {
    const { compared, check } = recording()
    const attempt = { emailKey: 'ann', credentials, password: 'x'.repeat(1_000_000) }
    await expect(check(attempt)).rejects.toMatchObject({ code: 'credentials_wrong' })
    expect(compared).toEqual([])
  })

  it('forgets failures at the right password', async () => {
    const { failures, check } = recording({ count: 3, lastAt: now })
    await check({ emailKey: 'ann', credentials, password: 'right' })
    expect(failures.size).toBe(0)
  })
})
