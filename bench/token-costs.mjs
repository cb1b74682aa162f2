/**
 * What verifying an access token costs, with the shop's own verifier: run under Node 24 by `verify.mjs`, answers JSON, the
 * medians of the rounds in ms a token.
 * Arguments: rounds, tokens a round.
 */
import { createPublicKey, verify } from 'node:crypto'
import { tokenAudience } from '@micromart/contracts'
import { tokenVerifier } from '@micromart/service'
import { testTokens } from '@micromart/testing'
import { median } from './report.mjs'

const [rounds, amount] = process.argv.slice(2).map(Number)
const tokens = testTokens()
const fetchJwks = async () => tokens.jwks
const verifier = tokenVerifier({ fetchJwks, issuer: tokens.issuer, audience: tokenAudience })

const key = createPublicKey({ key: JSON.parse(tokens.jwks).keys[0], format: 'jwk' })

/** The signature alone, in this thread: the floor under any verifier. */
const signature = async (token) => {
  const end = token.lastIndexOf('.')
  const signed = Buffer.from(token.slice(0, end))
  const how = { key, dsaEncoding: 'ieee-p1363' }
  if (!verify('sha256', signed, how, Buffer.from(token.slice(end + 1), 'base64url'))) {
    throw new Error('a good signature was refused')
  }
}

/** No token comes twice, so nothing that might be remembered of one helps. */
const freshTokens = () =>
  Array.from({ length: amount }, (_, index) => tokens.userToken({ id: `shopper-${index}` }))

const timed = async (work, inFlight) => {
  const list = freshTokens()
  const cpuBefore = process.cpuUsage()
  const loopBefore = performance.eventLoopUtilization()
  const began = performance.now()
  let next = 0
  const worker = async () => {
    while (next < list.length) await work(list[next++])
  }
  await Promise.all(Array.from({ length: inFlight }, worker))
  const wall = performance.now() - began
  const { user, system } = process.cpuUsage(cpuBefore)
  const { active } = performance.eventLoopUtilization(loopBefore)
  return { wallMs: wall / amount, cpuMs: (user + system) / 1_000 / amount, loopMs: active / amount }
}

const works = { verifier: verifier.verify, 'signature alone': signature }
const cases = Object.entries(works).flatMap(([what, work]) =>
  [1, 16].map((inFlight) => ({
    title: `${what}, ${inFlight} in flight`,
    work,
    inFlight,
    costs: [],
  })),
)
for (let round = -1; round < rounds; round += 1) {
  for (const { work, inFlight, costs } of cases) {
    const cost = await timed(work, inFlight)
    if (round >= 0) costs.push(cost) // the first round warms up
  }
}

const medianOf = (costs, unit) => median(costs.map((cost) => cost[unit]))
const rows = cases.map(({ title, costs }) => ({
  title,
  wallMs: medianOf(costs, 'wallMs'),
  cpuMs: medianOf(costs, 'cpuMs'),
  loopMs: medianOf(costs, 'loopMs'),
}))
process.stdout.write(JSON.stringify(rows))
