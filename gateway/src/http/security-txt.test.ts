import { describe, expect, it } from '@jest/globals'
import { securityTxt, securityTxtExpires } from './security-txt.ts'

const dayMs = 24 * 3_600_000

describe('security.txt', () => {
  it('says whom to write to, and until when that is true', () => {
    const contacts = ['mailto:security@shop.example', 'https://shop.example/security']
    expect(securityTxt({ contacts, origin: 'https://shop.example' })).toBe(
      [
        'Contact: mailto:security@shop.example',
        'Contact: https://shop.example/security',
        `Expires: ${securityTxtExpires.toISOString()}`,
        'Preferred-Languages: en',
        'Canonical: https://shop.example/.well-known/security.txt',
        '',
      ].join('\n'),
    )
  })

  it('is none without a contact', () => {
    expect(securityTxt({ contacts: [], origin: 'https://shop.example' })).toBeUndefined()
  })

  it('is valid for another month: make sure that the contact answers, then move the date', () => {
    const days = (securityTxtExpires.getTime() - Date.now()) / dayMs
    expect(days).toBeGreaterThan(30)
    expect(days).toBeLessThan(366)
  })
})
