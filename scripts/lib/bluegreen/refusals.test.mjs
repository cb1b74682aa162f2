import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import {
  backend,
  close,
  digest,
  digests,
  given,
  mm,
  open,
  removeKubectl,
  route,
  state,
  wasAsked,
} from './fixtures/two-colours.mjs'

jest.setTimeout(60_000) // each question to the stand-in is a process

beforeEach(open)
afterEach(close)

describe('mm-deploy refuses in one sentence', () => {
  const asked = 2
  it.each([
    [[], asked, 'What shall be done?'],
    [['frob'], asked, 'No such command: frob'],
    [['status', 'now'], asked, 'status takes no now'],
    [['status', '--loud'], asked, "Unknown option '--loud'"],
    [['deploy'], asked, 'deploy needs --digests FILE'],
    [['status', '--place', 'moon'], asked, 'There is no place moon: production, rehearsal'],
    [['promote', '--watch', 'long'], asked, '--watch takes seconds, not "long"'],
    [['deploy', '--digests', 'nowhere.json'], 1, 'There is no nowhere.json'],
    [
      ['status', '--context', 'moon'],
      1,
      'kubectl knows no such cluster: error: context "moon" does not exist',
    ],
  ])('%j', async (args, code, sentence) => {
    given()
    const before = state()
    expect(await mm(args)).toEqual({ code, said: expect.stringContaining(sentence) })
    expect(state()).toEqual(before)
  })

  it('digests that lack a part', async () => {
    given()
    const { code, said } = await mm(['deploy', '--digests', digests({ order: digest })])
    expect([code, said]).toEqual([1, expect.stringContaining('has no digest of')])
    expect(wasAsked()).toBe(false)
  })

  it('a cluster that does not answer', async () => {
    given({ away: true })
    for (const command of ['status', 'promote', 'rollback', 'retire', 'smoke']) {
      const { code, said } = await mm([command])
      expect([command, code, said]).toEqual([
        command,
        1,
        expect.stringContaining('The cluster does not answer'),
      ])
    }
  })

  it('a route that is not there, or not between two colours', async () => {
    given({ routes: {} })
    expect((await mm(['status'])).code).toBe(1)
    given({ routes: { live: route([backend('blue', 100)]) } })
    expect((await mm(['promote'])).said).toContain(
      'does not lead to micromart-blue and micromart-green',
    )
  })

  it('a machine without kubectl', async () => {
    given()
    removeKubectl()
    const { code, said } = await mm(['status'])
    expect([code, said]).toEqual([1, expect.stringContaining('There is no kubectl on the PATH')])
  })
})
