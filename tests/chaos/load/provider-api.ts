import { readFileSync } from 'node:fs'
import type { Served } from '../shop/handle.ts'

/** Asks the simulated provider itself, past all proxies. @returns undefined when it does not answer */
export type ProviderApi = (
  method: string,
  path: string,
  body?: object,
) => Promise<{ readonly status: number; readonly body: unknown } | undefined>

const keyIn = (secrets: string): string => {
  const all = JSON.parse(readFileSync(secrets, 'utf8')) as Record<string, string>
  return all['provider-key'] ?? ''
}

export const providerApi =
  ({ ports, secrets }: Served): ProviderApi =>
  async (method, path, body) => {
    const url = `http://127.0.0.1:${ports['provider']?.http ?? 0}${path}`
    const headers = {
      authorization: `Bearer ${keyIn(secrets)}`,
      'content-type': 'application/json',
    }
    const sent = { method, headers, ...(body && { body: JSON.stringify(body) }) }
    try {
      const answer = await fetch(url, { ...sent, signal: AbortSignal.timeout(5000) })
      return { status: answer.status, body: await answer.json().catch(() => undefined) }
    } catch {
      return undefined
    }
  }
