import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Charge } from '../model/charge.ts'
import type { UseCases } from '../usecase/index.ts'
import { textOf } from './request.ts'

const words = {
  succeeded: 'Approved. You may go back to the shop.',
  declined: 'Refused. Nothing was charged; you may go back to the shop.',
  pending: 'Your bank is still working on it.',
  requires_action: 'Is this payment yours?',
} as const

const forms = `
<form method="post"><button name="answer" value="approve">Approve</button></form>
<form method="post"><button name="answer" value="refuse">Refuse</button></form>`

/** Ids, numbers and fixed words only: there is nothing to escape. */
const pageOf = ({ outcome, amount }: Charge): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Simulated bank</title>
<h1>Simulated bank</h1>
<p>${amount ? `${Number(amount.amount) / 100} ${amount.currency}` : ''}</p>
<p>${words[outcome.status]}</p>${outcome.status === 'requires_action' ? forms : ''}
</html>
`

const headers = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; form-action 'self'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
}

const path = /^\/3ds\/([0-9a-f-]{36})$/

/**
 * The page on which a card's holder authenticates (3-D Secure). Its address is the only credential, as with a bank's.
 * @returns false when the request is for something else
 * @throws ChargeUnknown
 */
export const servePage = async (
  use: UseCases,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> => {
  const id = path.exec(new URL(request.url ?? '/', 'http://provider').pathname)?.[1]
  if (id === undefined) return false
  if (request.method === 'POST') {
    const answer = new URLSearchParams(await textOf(request)).get('answer')
    await (answer === 'approve' ? use.approveCharge(id) : use.refuseCharge(id))
    response.writeHead(303, { location: `/3ds/${id}` }).end()
    return true
  }
  if (request.method !== 'GET') return false
  const page = pageOf(await use.showCharge(id))
  response.writeHead(200, headers).end(page)
  return true
}
