import { expect, it } from '@jest/globals'
import { scheduleFrom } from '../faults/schedule.ts'
import { randomFrom } from './random.ts'

const numbers = (seed: string) => {
  const random = randomFrom(seed)
  return Array.from({ length: 20 }, () => random.int(0, 1_000_000))
}

it('the same seed gives the same numbers, another one others', () => {
  expect(numbers('7')).toEqual(numbers('7'))
  expect(numbers('7')).not.toEqual(numbers('8'))
})

it('what one fork takes changes nothing for another', () => {
  const [one, other] = [randomFrom('7'), randomFrom('7')]
  one.fork('a').next()
  one.next()
  expect(one.fork('b').next()).toBe(other.fork('b').next())
})

const names = (seed: string, wanted: readonly string[] = []) => {
  const next = scheduleFrom(randomFrom(seed), wanted)
  return Array.from({ length: 30 }, () => next().name)
}

it('the same seed gives the same faults', () => {
  expect(names('7')).toEqual(names('7'))
  expect(names('7')).not.toEqual(names('8'))
})

it('takes only the faults that are named, by category or by name', () => {
  const found = names('7', ['kill', 'reset:order'])
  expect(found.every((name) => /^(kill|reset):/.test(name))).toBe(true)
  expect(() => scheduleFrom(randomFrom('7'), ['flood'])).toThrow('no fault is called flood')
})
