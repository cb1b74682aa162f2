import type { Random } from '../plan/random.ts'
import type { Answer, Client } from './client.ts'

/** A shopper. A member's cart and a guest's that is merged into it are one person's, under one canary. */
export type Person = {
  readonly canary: string
  readonly email: string
  readonly password: string | undefined
  /** Whoever works for this person; operations of one process follow each other. */
  readonly process: string
  token: string | undefined
  tokenSince: number
  cartToken: string | undefined
}

const tokenLastsMs = 200_000

const newCanary = (random: Random): string => `cnry${random.word(10)}`

export const newGuest = (random: Random, process: string): Person => {
  const canary = newCanary(random)
  return {
    canary,
    email: `${canary}@guest.example`,
    password: undefined,
    process,
    token: undefined,
    tokenSince: 0,
    cartToken: undefined,
  }
}

/** A guest's cart token, or nothing: a member's cart follows from the token. */
export const identityOf = ({ token, cartToken }: Person): Record<string, string> =>
  token === undefined && cartToken !== undefined ? { 'x-cart-token': cartToken } : {}

export const addressOf = ({ canary }: Person) => ({
  name: `Ada ${canary}`,
  line1: `1 ${canary} Street`,
  city: 'Lyon',
  postalCode: '69001',
  country: 'FR',
})

const tokenIn = ({ body }: Answer): string | undefined =>
  typeof body['accessToken'] === 'string' ? body['accessToken'] : undefined

/** Registers a member; undefined when the shop did not answer. */
export const newMember = async (
  client: Client,
  random: Random,
  process: string,
): Promise<Person | undefined> => {
  const guest = newGuest(random, process)
  const person = {
    ...guest,
    email: `${guest.canary}@member.example`,
    password: `pw ${random.word(20)}`,
  }
  const { email, password, canary } = person
  const body = { email, password, name: `Ada ${canary}` }
  const request = {
    op: 'register',
    process,
    user: canary,
    method: 'POST',
    path: '/v1/auth/register',
  }
  const answer = await client({ ...request, body })
  const token = tokenIn(answer)
  return token === undefined ? undefined : { ...person, token, tokenSince: performance.now() }
}

/** Logs in anew, a guest's cart coming along when it is named. @returns whether it went */
export const logIn = async (
  client: Client,
  person: Person,
  cartToken?: string,
): Promise<boolean> => {
  const { email, password, canary, process } = person
  const answer = await client({
    op: cartToken === undefined ? 'login' : 'login.merge',
    process,
    user: canary,
    method: 'POST',
    path: '/v1/auth/login',
    ...(cartToken !== undefined && { headers: { 'x-cart-token': cartToken } }),
    body: { email, password },
  })
  const token = tokenIn(answer)
  if (token === undefined) return false
  person.token = token
  person.tokenSince = performance.now()
  return true
}

/** A member's access token lives five minutes: logs in in time. @returns whether the person can go on */
export const stayLoggedIn = async (client: Client, person: Person): Promise<boolean> => {
  if (person.password === undefined) return true
  if (performance.now() - person.tokenSince < tokenLastsMs) return true
  return logIn(client, person)
}
