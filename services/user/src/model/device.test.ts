import { describe, expect, it } from '@jest/globals'
import { deviceOf } from './device.ts'

describe('what is kept of a device', () => {
  it('is what it says of itself', () => {
    const device = { userAgent: 'Mozilla/5.0 (X11)', address: '192.0.2.0/24' }
    expect(deviceOf(device)).toEqual(device)
  })

  it('is short, and one line', () => {
    const device = deviceOf({ userAgent: `a\nb${'😀'.repeat(300)}`, address: '1'.repeat(60) })
    expect(device.userAgent).toBe(`a b${'😀'.repeat(197)}`)
    expect(device.address).toHaveLength(50)
  })

  it('may be nothing', () => {
    const nothing = { userAgent: undefined, address: undefined }
    expect(deviceOf(nothing)).toEqual(nothing)
    expect(deviceOf({ userAgent: ' ', address: '' })).toEqual(nothing)
  })
})
