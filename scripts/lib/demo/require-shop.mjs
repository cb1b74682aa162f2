import { Fault } from '../terminal/fault.mjs'

/** @throws Fault unless a shop is ready at an address */
export const requireShop = async (url) => {
  const answer = await fetch(new URL('/readyz', url), {
    signal: AbortSignal.timeout(30_000),
  }).catch((error) => ({ ok: false, status: error.cause?.code ?? error.message }))
  if (answer.ok) return
  throw new Fault(`No shop is ready at ${url}: ${answer.status}`, {
    advice: 'Start it (npm start, or docker compose up --wait), or name another one with --url.',
  })
}
