import { describe, expect, it } from '@jest/globals'
import { letterOf } from './letters.ts'
import { mailKinds } from './mail.ts'

const link = 'https://shop.example/account/reset#token=abc'
const facts = { link, shopUrl: 'https://shop.example' }

describe('a letter', () => {
  it('says the same in text and HTML', () => {
    expect(letterOf('reset_password', facts)).toEqual({
      subject: 'Set a new password',
      text: `Hello,

Somebody asked for a new password for your account. The link serves once
and for half an hour.

${link}

If it was not you, there is nothing you need do: your password stays as
it is.

MicroMart, https://shop.example
`,
      html: `<!doctype html>
<html lang="en">
<body>
<p>Hello,</p>
<p>Somebody asked for a new password for your account. The link serves once
and for half an hour.</p>
<p>
<a
href="${link}"
>Choose a new password</a>
</p>
<p>If it was not you, there is nothing you need do: your password stays as
it is.</p>
<p>MicroMart, https://shop.example</p>
</body>
</html>
`,
    })
  })

  it.each(mailKinds)('%s fetches nothing, and writes what it is given as text', (kind) => {
    const shopUrl = `https://shop.example/?a=1&b="<img>'`
    const { text, html } = letterOf(kind, { link, shopUrl })
    expect(html).toContain('?a=1&amp;b=&quot;&lt;img&gt;&#39;')
    expect(html).not.toMatch(/<(?:img|link|script|style)/i)
    expect(text).toContain(shopUrl)
  })

  it.each(mailKinds)('%s has lines short enough to travel as they are', (kind) => {
    const shop = 'http://127.0.0.1:8080'
    const token = 'x'.repeat(22)
    const longest = { link: `${shop}/account/verify#token=${token}`, shopUrl: shop }
    const { text, html } = letterOf(kind, longest)
    const lengths = `${text}${html}`.split('\n').map((line) => line.length)
    expect(Math.max(...lengths)).toBeLessThanOrEqual(76)
  })

  it('that only tells has no link', () => {
    const { text, html } = letterOf('password_changed', { ...facts, link: undefined })
    expect(text).toContain('The password of your account was changed')
    expect(html).not.toContain('href')
  })
})
