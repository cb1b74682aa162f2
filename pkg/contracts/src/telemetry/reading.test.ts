import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { sharedReading } from './reading.ts'

describe('a reading that gauges share', () => {
  beforeEach(() => {
    jest.useFakeTimers()
  })
  afterEach(() => {
    jest.useRealTimers()
  })

  it('is taken once for all who ask at a time, and anew when it is old', async () => {
    let taken = 0
    const read = sharedReading(5_000, async () => (taken += 1))
    expect(await Promise.all([read(), read()])).toEqual([1, 1])
    jest.advanceTimersByTime(4_999)
    expect(await read()).toBe(1)
    jest.advanceTimersByTime(1)
    expect(await read()).toBe(2)
  })

  it('fails for those who ask, and heals with the next one', async () => {
    let isAway = true
    const read = sharedReading(1_000, async () => {
      if (isAway) throw new Error('away')
      return 'well'
    })
    await expect(read()).rejects.toThrow('away')
    isAway = false
    jest.advanceTimersByTime(1_000)
    expect(await read()).toBe('well')
  })
})
