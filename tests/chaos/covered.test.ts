import { expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { places } from './breakers/subjects.ts'
import { steps } from './matrix/steps.ts'

const root = path.resolve(import.meta.dirname, '..', '..')
const page = readFileSync(path.join(root, 'docs', 'calls.md'), 'utf8')

/** Rows of the generated page of calls: caller, callee, `Service/Method`. */
const calls = [...page.matchAll(/^\| (\w+) +\| (\w+) +\| `([\w/]+)`/gm)].map(
  ([, caller = '', callee = '', rpc = '']) => ({ caller, callee, rpc }),
)

/** Rows of the page's topics: topic, publisher, listener. */
const topics = [...page.matchAll(/^\| `([\w.]+)` +\| (\w+) +\| (\w+|-) /gm)].map(
  ([, topic = '', publisher = '', listener = '']) => ({ topic, publisher, listener }),
)

/** They look, and change nothing; or are everybody's. */
const onlyLooks = /Books|BacklogService|GetJwks|ListPaymentRecords/

it('every call of the saga is a step of the matrix', () => {
  const saga = calls.filter(({ caller, rpc }) => caller === 'order' && !onlyLooks.test(rpc))
  expect(saga.length).toBeGreaterThan(10)
  const missing = saga.filter(
    ({ callee, rpc }) =>
      !steps.some(
        ({ caller, method }) => caller === 'order' && method === `/micromart.${callee}.v1.${rpc}`,
      ),
  )
  expect(missing).toEqual([])
})

it('every event between two parts of the saga is published, and delivered, in the matrix', () => {
  const heard = topics.filter(({ listener }) => listener !== '-')
  expect(heard.length).toBeGreaterThan(3)
  const names = steps.map(({ name }) => name)
  const missing = heard.filter(
    ({ topic, listener }) =>
      !sameWay.has(topic) &&
      !(names.includes(`publish ${topic}`) && names.includes(`${topic} to ${listener}`)),
  )
  expect(missing).toEqual([])
})

/** Handled as `payment.settled.v1` is, by the same lines; and an erased account, which is no part of a checkout. */
const sameWay = new Set(['payment.failed.v1', 'user.erased.v1'])

it('every edge from gateway and order to a peer, and payment to its provider, has its breaker looked at', () => {
  const edges = new Set(
    calls
      .filter(({ caller, callee }) => ['gateway', 'order'].includes(caller) && caller !== callee)
      .map(({ caller, callee }) => `${caller} -> ${callee}`),
  )
  expect(edges.size).toBe(9)
  const looked = Object.values(places).map(({ caller, callee }) => `${caller} -> ${callee}`)
  expect(looked.toSorted()).toEqual([...edges, 'payment -> provider'].toSorted())
})
