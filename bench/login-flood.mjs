/**
 * Clients that log in again and again; run by `logins.mjs` as a process of its own, so that its work is not in the
 * figures. Arguments: url, clients, account as JSON, `patient` (waits as `Retry-After` says) or `impatient`.
 * Tells its parent the counts by status when it is asked to end.
 */
import { setTimeout as pause } from 'node:timers/promises'

const [url, clients, account, manner] = process.argv.slice(2)
const counts = {}
const ending = new AbortController()

const login = async () => {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${url}/v1/auth/login`, { method: 'POST', headers, body: account })
  await answer.arrayBuffer()
  counts[answer.status] = (counts[answer.status] ?? 0) + 1
  return Number(answer.headers.get('retry-after') ?? 0)
}

const client = async () => {
  while (!ending.signal.aborted) {
    const seconds = await login()
    if (manner === 'patient') await pause(seconds * 1_000)
  }
}

process.once('message', () => {
  ending.abort()
  process.send(counts, () => process.exit())
})
await Promise.all(Array.from({ length: Number(clients) }, client))
