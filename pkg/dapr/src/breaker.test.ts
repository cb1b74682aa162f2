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
    jest.setSystemTime(Date.now() + 1_500)
    let asked = false
    const refused = breaker(async () => {
      asked = true
    })
    await expect(refused).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'dependency_unavailable',
      params: { service: 'cart', retryAfter: '4' },
      effectUnknown: false,
    })
    expect(asked).toBe(false)
  })

  it('lets one call try after five seconds and closes when it is answered', async () => {
    const breaker = aBreaker()
    await failTimes(breaker, 20, outage)
    jest.advanceTimersByTime(5_000)
    expect(await breaker(async () => 'back')).toBe('back')
    expect(await breaker(async () => 'again')).toBe('again')
  })

  it('is one per name', async () => {
    const breakers = startBreakers((error) => error === outage)
    await failTimes(breakers.of('cart/GetCart', 'cart'), 20, outage)
    expect(await breakers.of('cart/GetLines', 'cart')(async () => 'asked')).toBe('asked')
    await expect(breakers.of('cart/GetCart', 'cart')(async () => 'asked')).rejects.toThrow()
  })
})
