import { describe, expect, it } from '@jest/globals'
import { adviceFor } from './fault.mjs'

describe('the text of a failed command', () => {
  it.each([
    ['write /root/go/pkg/mod/x: no space left on device', 'disk is full'],
    ['npm error ENOSPC: no space left on device, write', 'disk is full'],
    ['npm error code EAI_AGAIN', 'no network'],
    ['dial tcp: lookup proxy.golang.org: no such host', 'no network'],
    ['Temporary failure resolving deb.debian.org', 'no network'],
    ['compile: signal: killed', 'memory'],
  ])('%j is understood', (text, words) => {
    expect(adviceFor(text)).toContain(words)
  })

  it('that says nothing known gets no advice made up', () => {
    expect(adviceFor('undefined: main.foo')).toBeUndefined()
  })
})
