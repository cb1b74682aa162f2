import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import {
  backend,
  change,
  close,
  digest,
  digests,
  given,
  heard,
  isLocked,
  lockBy,
  mm,
  open,
  promote,
  route,
  sicken,
  sickenGreen,
  state,
  wasAsked,
  weights,
} from './fixtures/two-colours.mjs'

jest.setTimeout(60_000) // each question to the stand-in is a process

beforeEach(open)
afterEach(close)

const done = { code: 0, said: expect.anything() }

describe('mm-deploy', () => {
  it('brings a release in beside the live one, looks at it, switches, goes back, switches again, and ends the old one', async () => {
    given()
    expect(await mm(['deploy', '--digests', digests()])).toEqual(done)
    expect(state().apps['micromart-green']).toEqual([
      { name: 'order', wanted: 2, image: `registry.example/order@${digest}` },
    ])
    expect([weights(), heard(), isLocked()]).toEqual([[100, 0], [8, 0], false])
    expect(await mm(['smoke'])).toEqual(done)
    expect(await promote()).toEqual(done)
    expect([weights(), heard()]).toEqual([
      [0, 100],
      [0, 8],
    ])
    expect(await mm(['rollback', '--reason', 'errors'])).toEqual(done)
    expect([weights(), heard()]).toEqual([
      [100, 0],
      [8, 0],
    ])
    expect((await mm(['status'])).said).toMatch(/back to blue by .*: errors/)
    expect(await mm(['deploy', '--digests', digests()])).toEqual(done)
    expect(await promote()).toEqual(done)
    expect(await mm(['retire'])).toEqual(done)
    expect(state().apps['micromart-blue'][0].wanted).toBe(0)
    expect([weights(), heard(), isLocked()]).toEqual([[0, 100], [0, 8], false])
  })

  it('goes back after a retirement, too: what is to be live is started first', async () => {
    given()
    await mm(['deploy', '--digests', digests()])
    await promote()
    await mm(['retire'])
    expect(await mm(['rollback'])).toEqual(done)
    expect([weights(), heard(), state().apps['micromart-blue'][0].wanted]).toEqual([
      [100, 0],
      [8, 0],
      2,
    ])
  })

  it('goes back by itself when the shop is not well', async () => {
    given()
    await mm(['deploy', '--digests', digests()])
    sickenGreen()
    const { code, said } = await mm(['promote', '--watch', '30'])
    expect([code, said]).toEqual([
      1,
      expect.stringContaining('green was live and not well: /livez says 503'),
    ])
    expect([weights(), heard(), isLocked()]).toEqual([[100, 0], [8, 0], false])
  })

  it('leaves a pod that died to its Deployment, and goes back when more are away', async () => {
    given({ dieOnceLive: 1 })
    await mm(['deploy', '--digests', digests()])
    expect(await mm(['promote', '--watch', '7'])).toEqual(done)
    given({ dieOnceLive: 2 })
    await mm(['deploy', '--digests', digests()])
    const { code, said } = await mm(['promote', '--watch', '30'])
    expect([code, said]).toEqual([1, expect.stringContaining('order has 0 of 2 pods')])
    expect([weights(), heard()]).toEqual([
      [100, 0],
      [8, 0],
    ])
  })

  it('goes back by itself when an error budget burns', async () => {
    given({ alerts: [{ metric: { slo: 'checkout' } }] })
    await mm(['deploy', '--digests', digests()])
    const { code, said } = await mm(['promote', '--watch', '30', '--alerts', '/prometheus'])
    expect([code, said]).toEqual([1, expect.stringContaining('the error budget of checkout burns')])
    expect([weights(), heard()]).toEqual([
      [100, 0],
      [8, 0],
    ])
  })

  it('takes a question that fails for a bad look, and goes on looking', async () => {
    given({ unansweredOnceLive: 2 })
    await mm(['deploy', '--digests', digests()])
    const { code, said } = await mm(['promote', '--watch', '5', '--alerts', '/prometheus'])
    expect([code, said]).toEqual([0, expect.stringContaining('Prometheus could not be asked')])
    expect(weights()).toEqual([0, 100])
  })

  it('goes back when its questions keep failing', async () => {
    given({ unansweredOnceLive: 99 })
    await mm(['deploy', '--digests', digests()])
    const { code, said } = await mm(['promote', '--watch', '30', '--alerts', '/prometheus'])
    expect([code, said]).toEqual([1, expect.stringContaining('not well: Prometheus could not')])
    expect([weights(), heard()]).toEqual([
      [100, 0],
      [8, 0],
    ])
  })

  it.each([
    [{ SHOP_URL: 'shop.example' }, [], 'SHOP_URL is no address: shop.example'],
    [{ SHOP_URL: 'http://127.0.0.1:1' }, [], 'SHOP_URL shows blue not well'],
    [{}, ['--alerts', '/prometheus'], 'Prometheus cannot be asked at /prometheus'],
  ])('switches nothing that it cannot watch: %j %j', async (env, more, sentence) => {
    given({ prometheus: 'a page' })
    await mm(['deploy', '--digests', digests()])
    const before = state()
    const { code, said } = await mm(['promote', ...more], env)
    expect([code, said]).toEqual([1, expect.stringContaining(sentence)])
    expect(state()).toEqual(before)
  })

  it('switches nothing where no rule is evaluated', async () => {
    given({ ruleless: true })
    await mm(['deploy', '--digests', digests()])
    const { code, said } = await mm(['promote', '--alerts', '/prometheus'])
    expect([code, said]).toEqual([1, expect.stringContaining('Watchdog is silent')])
  })

  it('says what it does not watch', async () => {
    given()
    await mm(['deploy', '--digests', digests()])
    const { code, said } = await mm(['promote', '--watch', '0'], { SHOP_URL: '' })
    expect([code, said]).toEqual([0, expect.stringContaining('pods alone are watched')])
  })

  it('goes back to no colour that runs nothing', async () => {
    given({ apps: {} })
    await mm(['deploy', '--digests', digests()])
    expect(await promote()).toEqual(done)
    expect(await mm(['rollback'])).toEqual(done)
    expect([weights(), heard()]).toEqual([
      [0, 100],
      [0, 8],
    ])
  })

  it('refuses a rollback, and stays where it is, where the previous colour has lost its Deployments', async () => {
    given()
    await mm(['deploy', '--digests', digests()])
    await promote()
    change({ apps: { ...state().apps, 'micromart-blue': [] } })
    const before = state()
    const { code, said } = await mm(['rollback'])
    expect([code, said]).toEqual([
      1,
      expect.stringContaining('There is nothing to go back to: blue runs nothing'),
    ])
    expect(state()).toEqual(before)
  })

  it('stays where it is, and says so, where a first release is not well', async () => {
    given({ apps: {} })
    await mm(['deploy', '--digests', digests()])
    sickenGreen()
    const { code, said } = await mm(['promote', '--watch', '30'])
    expect([code, said]).toEqual([
      1,
      expect.stringMatching(/green was live and not well.*not taken back.*blue runs nothing/),
    ])
    expect(weights()).toEqual([0, 100])
  })

  it('of two that promote lets one', async () => {
    given()
    await mm(['deploy', '--digests', digests()])
    const both = await Promise.all([
      mm(['promote', '--watch', '3']),
      mm(['promote', '--watch', '3']),
    ])
    expect(both.map(({ code }) => code).toSorted()).toEqual([0, 1])
    expect(both.find(({ code }) => code === 1).said).toMatch(/nothing was changed/)
    expect([weights(), heard()]).toEqual([
      [0, 100],
      [0, 8],
    ])
  })

  it('refuses pods without a sidecar', async () => {
    given({ bare: true })
    const { code, said } = await mm(['deploy', '--digests', digests()])
    expect([code, said]).toEqual([1, expect.stringContaining('order-0 has no sidecar')])
    expect([weights(), isLocked()]).toEqual([[100, 0], false])
    expect((await promote()).said).toContain('There is nothing to promote')
    expect(weights()).toEqual([100, 0])
  })

  it('touches no pod where a migration fails', async () => {
    given({ migration: 'Failed' })
    const { code, said } = await mm(['deploy', '--digests', digests()])
    expect([code, said]).toEqual([
      1,
      expect.stringContaining('migrate-order failed: no pod was touched'),
    ])
    expect([state().apps['micromart-green'], weights()]).toEqual([undefined, [100, 0]])
  })

  it('promotes nothing that is not ready', async () => {
    given()
    await mm(['deploy', '--digests', digests()])
    change({ sick: 'micromart-green' })
    const { code, said } = await promote()
    expect([code, said]).toEqual([
      1,
      expect.stringContaining('green cannot be live: order-0 is not ready'),
    ])
    expect([weights(), heard()]).toEqual([
      [100, 0],
      [8, 0],
    ])
  })

  it('finds what smokes', async () => {
    given()
    await mm(['deploy', '--digests', digests()])
    sicken()
    expect((await mm(['smoke'])).said).toContain('/v1/orders says 503, not 401')
    expect((await mm(['smoke'], { PREVIEW_URL: '' })).said).toContain('PREVIEW_URL is not set')
  })

  it('smokes the idle colour alone', async () => {
    given()
    await mm(['deploy', '--digests', digests()])
    const { routes } = state()
    change({ routes: { ...routes, preview: route([backend('blue')]) } })
    expect(await mm(['smoke'])).toEqual({
      code: 1,
      said: expect.stringContaining('the preview shows blue, not green'),
    })
    expect(await mm(['rollback'])).toEqual(done)
    expect(await mm(['smoke'])).toEqual(done)
  })

  it('does nothing in a dry run', async () => {
    given()
    const before = state()
    expect(await mm(['deploy', '--digests', digests(), '--dry-run'])).toEqual(done)
    expect((await mm(['promote', '--dry-run'])).said).toContain('There is nothing to promote')
    expect(wasAsked('apply --server-side --force-conflicts --field-manager=mm-deploy -f')).toBe(
      false,
    )
    expect(wasAsked('create configmap')).toBe(false)
    expect(wasAsked('delete')).toBe(false)
    expect(state()).toEqual(before)
    await mm(['deploy', '--digests', digests()])
    const deployed = state()
    for (const command of ['promote', 'rollback', 'retire']) {
      expect(await mm([command, '--dry-run'])).toEqual(done)
    }
    expect(state()).toEqual(deployed)
  })
})

describe('mm-deploy after one that was broken off', () => {
  it('rolls back although the lock is held', async () => {
    given()
    await mm(['deploy', '--digests', digests()])
    await promote()
    lockBy({ holder: 'eve', what: 'promote', since: 'noon' })
    expect((await promote()).said).toContain('eve does a promote since noon: nothing was changed')
    expect(await mm(['rollback'])).toEqual(done)
    expect([weights(), heard()]).toEqual([
      [100, 0],
      [8, 0],
    ])
  })

  it('takes the events away from a colour that is not live', async () => {
    given({ subscriptions: { 'micromart-blue': 8, 'micromart-green': 8 } })
    expect(await mm(['rollback'])).toEqual(done)
    expect([weights(), heard()]).toEqual([
      [100, 0],
      [8, 0],
    ])
  })

  it('says that no colour is live, and puts the whole one in place', async () => {
    given({
      routes: {
        live: route([backend('blue', 0), backend('green', 0)]),
        preview: route([backend('green')]),
      },
    })
    expect((await promote()).said).toContain('No colour is live: the weights are blue 0, green 0')
    expect(await mm(['rollback'])).toEqual(done)
    expect(weights()).toEqual([100, 0])
  })
})
