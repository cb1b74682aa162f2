import { AsyncLocalStorage } from 'node:async_hooks'
import { expect, it, jest } from '@jest/globals'
import { DomainError } from '@micromart/kernel'
import { gathering } from './gathering.ts'

/** What answers when it is told to. */
const asked = () => {
  const calls: { keys: readonly string[]; answer: () => void; fail: (error: Error) => void }[] = []
  const ask = (keys: readonly string[]) => {
    const { promise, resolve, reject } = Promise.withResolvers<ReadonlySet<string>>()
    calls.push({ keys, answer: () => resolve(new Set(keys)), fail: reject })
    return promise
  }
  return { calls, ask, keys: () => calls.map((call) => call.keys) }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

it('asks at once for who is alone, and together for those who come meanwhile', async () => {
  const { ask, calls, keys } = asked()
  const of = gathering(ask, 10)
  const [first, second, third] = [of(['a']), of(['a', 'b']), of(['b', 'c'])]
  expect(keys()).toEqual([['a']])
  calls[0]!.answer()
  expect([...(await first)]).toEqual(['a'])
  await settled()
  expect(keys()).toEqual([['a'], ['a', 'b', 'c']])
  calls[1]!.answer()
  expect(await second).toEqual(await third)
  void of(['d'])
  expect(keys().at(-1)).toEqual(['d'])
})

it('keeps to the most that can be asked at once; one alone may ask for more', async () => {
  const { ask, calls, keys } = asked()
  const of = gathering(ask, 2)
  void of(['a'])
  void of(['b', 'c', 'd'])
  void of(['e', 'f'])
  void of(['f'])
  for (const [at] of [0, 1, 2].entries()) {
    calls[at]!.answer()
    await settled()
  }
  expect(keys()).toEqual([['a'], ['b', 'c', 'd'], ['e', 'f']])
})

it('does not let a slow answer hold up those who come after it', () => {
  jest.useFakeTimers()
  try {
    const { ask, keys } = asked()
    const of = gathering(ask, 10)
    void of(['slow'])
    void of(['a'])
    void of(['b'])
    jest.advanceTimersByTime(19)
    expect(keys()).toEqual([['slow']])
    jest.advanceTimersByTime(1)
    expect(keys()).toEqual([['slow'], ['a', 'b']])
  } finally {
    jest.useRealTimers()
  }
})

it('fails all together when nobody answers, and only whose fault it is when a question is bad', async () => {
  const { ask, calls } = asked()
  const of = gathering(ask, 10)
  void of(['x'])
  const [one, other] = [of(['a']), of(['b'])]
  calls[0]!.answer()
  await settled()
  calls[1]!.fail(new DomainError('unavailable', 'away'))
  expect(await Promise.allSettled([one, other])).toMatchObject([
    { reason: { code: 'away' } },
    { reason: { code: 'away' } },
  ])
  void of(['x'])
  const [bad, good] = [of(['bad']), of(['good'])]
  calls[2]!.answer()
  await settled()
  calls[3]!.fail(new DomainError('invalid', 'sku_invalid'))
  await settled()
  calls[4]!.fail(new DomainError('invalid', 'sku_invalid'))
  calls[5]!.answer()
  await expect(bad).rejects.toMatchObject({ code: 'sku_invalid' })
  expect([...(await good)]).toEqual(['good'])
})

it('asks as part of the first request that it asks for', async () => {
  const request = new AsyncLocalStorage<string>()
  const seen: (string | undefined)[] = []
  const of = gathering(async () => {
    seen.push(request.getStore())
  }, 10)
  await Promise.all(['one', 'two', 'three'].map((name) => request.run(name, () => of(['a']))))
  expect(seen).toEqual(['one', 'two'])
})
