import type { Request, RequestHandler, Response } from 'express'
import { type Locals, localsOf } from '../http/locals.ts'
import type { Budget } from '../http/route.ts'
import { addressKey } from '../limits/address.ts'
import type { Verdict } from '../limits/bucket.ts'
import type { Limits } from '../limits/limits.ts'
import { refusal } from '../problem/problem.ts'

const refuse = (verdict: Verdict): never => {
  const seconds = Math.max(1, Math.ceil(verdict.waitMs / 1_000))
  throw refusal('rate_limited', { headers: { 'Retry-After': String(seconds) } })
}

/** draft-ietf-httpapi-ratelimit-headers: what is left, and how the budget is made. */
const tell = (response: Response, budget: string, perMinute: number, verdict: Verdict): void => {
  const wait = Math.ceil(verdict.waitMs / 1_000)
  response.setHeader('RateLimit-Policy', `"${budget}";q=${perMinute};w=60`)
  response.setHeader('RateLimit', `"${budget}";r=${verdict.remaining};t=${wait}`)
}

const judge = (response: Response, limits: Limits, budget: Budget, verdict: Verdict): void => {
  if (budget === 'none') return
  tell(response, budget, limits.rates[budget].perMinute, verdict)
  if (!verdict.allowed) refuse(verdict)
}

/** @param addressOf the client's address: the socket's, or what a trusted proxy says */
export const limitAddress = (
  limits: Limits,
  budget: Budget,
  addressOf: (request: Request) => string | undefined,
): RequestHandler => {
  if (budget === 'none') return (_request, _response, next) => next()
  if (budget === 'reads') {
    return (request, response, next) => {
      judge(response, limits, budget, limits.takeRead(addressKey(addressOf(request))))
      next()
    }
  }
  return async (request, response, next) => {
    const key = `address:${addressKey(addressOf(request))}`
    judge(response, limits, budget, await limits.take(budget, key))
    next()
  }
}

/**
 * Whom a request counts for besides its address: who sends it. Before a login that is nobody: a stranger who names an account must not
 * use up its owner's logins, and guessing from many addresses meets the user service's own delay.
 */
const accountOf = ({ caller }: Pick<Locals, 'caller'>): string | undefined => {
  if (caller.kind === 'user') return caller.id
  return caller.kind === 'machine' ? `client ${caller.id}` : undefined
}

/**
 * The same budget, by account: many addresses with its token together get no more. What is refused here gives back what it took of its
 * address: both fill up at one pace, and who asks often would find the one full and the other empty for ever.
 */
export const limitAccount = (
  limits: Limits,
  budget: Budget,
  addressOf: (request: Request) => string | undefined,
): RequestHandler => {
  if (budget === 'none' || budget === 'reads') return (_request, _response, next) => next()
  return async (request, response, next) => {
    const account = accountOf(localsOf(response))
    if (account === undefined) return next()
    const verdict = await limits.take(budget, `account:${account}`)
    if (!verdict.allowed) {
      await limits.giveBack(budget, `address:${addressKey(addressOf(request))}`)
      judge(response, limits, budget, verdict)
    }
    next()
  }
}
