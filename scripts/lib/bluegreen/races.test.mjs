import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import {
  close,
  digests,
  given,
  heard,
  isLocked,
  lockBy,
  meanwhile,
  mm,
  open,
  preview,
  promote,
  state,
  weights,
} from './fixtures/two-colours.mjs'

jest.setTimeout(60_000) // each question to the stand-in is a process

beforeEach(open)
afterEach(close)

const whole = (colour) => {
  const isBlue = colour === 'blue'
  return {
    weights: isBlue ? [100, 0] : [0, 100],
    heard: isBlue ? [8, 0] : [0, 8],
    preview: isBlue ? 'green' : 'blue',
    isServed: true,
  }
}

const standing = (colour) => ({
  weights: weights(),
  heard: heard(),
  preview: preview(),
  isServed: state().apps[`micromart-${colour}`].every(({ wanted }) => wanted > 0),
})

const deploy = ['deploy', '--digests']
const switches = '^patch httproute live'

const promoted = async () => {
  given()
  await mm([...deploy, digests()])
  await promote()
}

describe('mm-deploy, while somebody else works', () => {
  it.each([
    ['before it has marked the route', switches],
    ['before the events go', '^delete subscriptions'],
    ['before the pods end', '^scale .*--replicas=0'],
    ['before it has looked', '^get .*httproute live'],
  ])('retires nothing that a rollback makes live: %s', async (_, before) => {
    await promoted()
    meanwhile(before, ['rollback'])
    await mm(['retire'])
    expect(state().meanwhileDone).toEqual({
      code: 0,
      said: expect.stringMatching(/blue is live again/),
    })
    expect(standing('blue')).toEqual(whole('blue'))
    expect(isLocked()).toBe(false)
  })

  it('is told when what it retired has become live', async () => {
    await promoted()
    meanwhile('^scale .*--replicas=0', ['rollback'])
    expect(await mm(['retire'])).toEqual({
      code: 1,
      said: expect.stringContaining('blue has become live meanwhile: its pods were started again'),
    })
  })

  it.each([
    ['before the new colour hears', '^kustomize .*subscriptions'],
    ['before the route moves', switches],
  ])('promotes nothing after a rollback: %s', async (_, before) => {
    given()
    await mm([...deploy, digests()])
    meanwhile(before, ['rollback'])
    const { code, said } = await promote()
    expect(state().meanwhileDone).toEqual({
      code: 0,
      said: expect.stringContaining('blue stays live'),
    })
    expect([code, said]).toEqual([1, expect.stringContaining('nothing was switched')])
    expect(standing('blue')).toEqual(whole('blue'))
    expect((await mm(['promote', '--watch', '0'])).said).toContain('There is nothing to promote')
  })

  it('goes back although a promotion was faster', async () => {
    given()
    await mm([...deploy, digests()])
    meanwhile(switches, ['promote', '--watch', '0'])
    expect((await mm(['rollback'])).code).toBe(0)
    expect(standing('blue')).toEqual(whole('blue'))
  })

  it('does not go back to what a deployment has taken', async () => {
    await promoted()
    await mm(['retire'])
    meanwhile(switches, [...deploy, digests()])
    const { code, said } = await mm(['rollback'])
    expect(state().meanwhileDone.code).toBe(0)
    expect([code, said]).toEqual([1, expect.stringContaining('nothing was switched')])
    expect(standing('green')).toEqual(whole('green'))
  })

  it('gives the live colour back what somebody takes from it during the switch', async () => {
    await promoted()
    const { apps } = state()
    const retired = apps['micromart-blue'].map((each) => ({ ...each, wanted: 0 }))
    meanwhile('^delete subscriptions', {
      subscriptions: {},
      apps: { ...apps, 'micromart-blue': retired },
    })
    expect((await mm(['rollback'])).code).toBe(0)
    expect(standing('blue')).toEqual(whole('blue'))
  })

  it('leaves a lock that is another’s by now', async () => {
    given()
    const theirs = { holder: 'eve', what: 'promote', since: 'noon' }
    const ending = mm([...deploy, digests()])
    while (!isLocked()) await new Promise((resolve) => setImmediate(resolve))
    lockBy(theirs)
    expect((await ending).code).toBe(0)
    expect((await mm(['status'])).said).toContain('lock: promote by eve since noon')
  })
})
