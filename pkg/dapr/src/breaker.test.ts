import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { startBreakers } from './breaker.ts'

const outage = new Error('no answer')
const answer = new Error('not found')

const fail = (error: Error) => async () => {
  throw error
}

const aBreaker = () => startBreakers((error) => error === outage).of('cart/GetCart', 'cart')

const failTimes = async (breaker: ReturnType<typeof aBreaker>, times: number, error: Error) => {
  for (let call = 0; call < times; call += 1) await breaker(fail(error)).catch(() => {})
}

const isOpen = { code: 'dependency_unavailable' }
const stepMs = 50

/** Calls all the time and fails; when a call was let in, in milliseconds since the start. */
const triesWithin = async (breaker: ReturnType<typeof aBreaker>, ms: number) => {
  const tried: number[] = []
  for (let at = stepMs; at <= ms; at += stepMs) {
    jest.advanceTimersByTime(stepMs)
    const note = async () => {
      tried.push(at)
      throw outage
    }
    await breaker(note).catch(() => {})
  }
  return tried
}

describe('a breaker', () => {
  beforeEach(() => {
    jest.useFakeTimers()
  })
  afterEach(() => {
    jest.useRealTimers()
  })

  it('passes answers and errors through while it is closed', async () => {
    const breaker = aBreaker()
    expect(await breaker(async () => 7)).toBe(7)
    await expect(breaker(fail(outage))).rejects.toBe(outage)
  })

  it('never opens on refusals, however many', async () => {
    const breaker = aBreaker()
    await failTimes(breaker, 100, answer)
    expect(await breaker(async () => 'still asked')).toBe('still asked')
  })

  it('stays closed below twenty calls', async () => {
    const breaker = aBreaker()
    await failTimes(breaker, 19, outage)
    expect(await breaker(async () => 'asked')).toBe('asked')
  })

  it('refuses at once when it is open, naming service and seconds to wait', async () => {
    const breaker = aBreaker()
    await failTimes(breaker, 20, outage)
    let asked = false
    const refused = breaker(async () => {
      asked = true
    })
    await expect(refused).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'dependency_unavailable',
      params: { service: 'cart', retryAfter: '1' },
      effectUnknown: false,
    })
    expect(asked).toBe(false)
  })

  it('lets one call try after half a second and closes when it is answered', async () => {
    const breaker = aBreaker()
    await failTimes(breaker, 20, outage)
    jest.advanceTimersByTime(500)
    expect(await breaker(async () => 'back')).toBe('back')
    expect(await breaker(async () => 'again')).toBe('again')
  })

  it('lets no second call in while one tries', async () => {
    const breaker = aBreaker()
    await failTimes(breaker, 20, outage)
    jest.advanceTimersByTime(500)
    const { promise, resolve } = Promise.withResolvers<string>()
    const trying = breaker(() => promise)
    await expect(breaker(async () => 'too early')).rejects.toMatchObject(isOpen)
    resolve('back')
    expect(await trying).toBe('back')
  })

  it('asks the seldomer the longer the outage lasts, every five seconds at most', async () => {
    const breaker = aBreaker()
    await failTimes(breaker, 20, outage)
    const tried = await triesWithin(breaker, 120_000)
    const waits = tried.map((at, index) => at - (tried[index - 1] ?? 0))
    expect(waits.slice(0, 5)).toEqual([500, 500, 500, 500, 500])
    expect(waits.at(-1)).toBe(5_000)
    for (const [index, wait] of waits.entries()) {
      const outageSoFar = tried[index - 1] ?? 0
      expect(wait).toBeLessThanOrEqual(Math.max(500, outageSoFar / 10) + stepMs)
    }
  })

  it('says how long a caller has to wait when the outage is long', async () => {
    const breaker = aBreaker()
    await failTimes(breaker, 20, outage)
    await triesWithin(breaker, 120_000)
    jest.advanceTimersByTime(5_000)
    await failTimes(breaker, 1, outage) // the one that tries
    const refused = breaker(async () => 'asked')
    await expect(refused).rejects.toMatchObject({ params: { retryAfter: '5' } })
  })

  it('begins anew after it has been closed', async () => {
    const breaker = aBreaker()
    await failTimes(breaker, 20, outage)
    await triesWithin(breaker, 120_000)
    jest.advanceTimersByTime(5_000)
    expect(await breaker(async () => 'back')).toBe('back')
    await failTimes(breaker, 20, outage)
    jest.advanceTimersByTime(500)
    expect(await breaker(async () => 'back again')).toBe('back again')
  })

  it('is one per name', async () => {
    const breakers = startBreakers((error) => error === outage)
    await failTimes(breakers.of('cart/GetCart', 'cart'), 20, outage)
    expect(await breakers.of('cart/GetLines', 'cart')(async () => 'asked')).toBe('asked')
    await expect(breakers.of('cart/GetCart', 'cart')(async () => 'asked')).rejects.toThrow()
  })
})
