import type { Request, RequestHandler, Response } from 'express'
import { localsOf } from '../http/locals.ts'
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
 * Whom a request counts for besides its address: who sends it, or at login the account whose password it brings. That one
 * counts with the address: a stranger who names it must not use up its owner's logins. Guessing from many addresses meets
 * the user service's own delay.
 */
const accountOf = (response: Response, budget: Budget, address: string): string | undefined => {
  const { caller, body } = localsOf(response)
  if (caller.kind === 'user') return caller.id
  if (caller.kind === 'machine') return `client ${caller.id}`
  if (budget !== 'auth' || typeof body !== 'object' || body === null) return undefined
  const named = 'email' in body ? body.email : undefined
  return typeof named === 'string' ? `${named.toLowerCase()} from ${address}` : undefined
}

/** The same budget, by account: many addresses with its token together get no more. Runs when the body is known. */
export const limitAccount = (
  limits: Limits,
  budget: Budget,
  addressOf: (request: Request) => string | undefined,
): RequestHandler => {
  if (budget === 'none' || budget === 'reads') return (_request, _response, next) => next()
  return async (request, response, next) => {
    const account = accountOf(response, budget, addressKey(addressOf(request)))
    if (account === undefined) return next()
    const verdict = await limits.take(budget, `account:${account}`)
    if (!verdict.allowed) judge(response, limits, budget, verdict)
    next()
  }
}
