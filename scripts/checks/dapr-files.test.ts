import { describe, expect, it } from '@jest/globals'
import { apps, components, deadLetterTopic, subscriptions } from '@micromart/contracts'
import { globSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'

type Document = {
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly spec: Readonly<Record<string, unknown>>
  readonly scopes?: readonly string[]
}

const read = (path: string): unknown => parse(readFileSync(path, 'utf8'))
const documents = globSync('components/**/*.yaml').map((path) => read(path) as Document)
const ofKind = (kind: string) => documents.filter((document) => document.kind === kind)

describe('the files that Dapr reads', () => {
  it('start exactly the apps that pkg/contracts names', () => {
    const { apps: started } = read('dapr.yaml') as { apps: { appID: string }[] }
    expect(started.map(({ appID }) => appID).toSorted()).toEqual(Object.values(apps).toSorted())
  })

  it('define exactly the components that pkg/contracts names', () => {
    const defined = ofKind('Component').map(({ metadata }) => metadata.name)
    expect(defined.toSorted()).toEqual(Object.values(components).toSorted())
  })

  it('subscribe exactly who pkg/contracts says, each with the dead-letter topic of its app', () => {
    const found = ofKind('Subscription').map(({ spec, scopes }) => ({
      topic: spec['topic'],
      scopes,
      pubsub: spec['pubsubname'],
      dead: spec['deadLetterTopic'],
    }))
    const expected = subscriptions.map(({ topic, app }) => ({
      topic,
      scopes: [app],
      pubsub: components.pubsub,
      dead: deadLetterTopic(app),
    }))
    const byTopic = (left: { topic: unknown }, right: { topic: unknown }) =>
      String(left.topic).localeCompare(String(right.topic))
    expect(found.toSorted(byTopic)).toEqual(expected.toSorted(byTopic))
  })

  it('keep nothing secret and no address in components: both come by secretKeyRef', () => {
    const text = JSON.stringify(ofKind('Component'))
    expect(text).not.toMatch(/password[^"]*","value"|127\.0\.0\.1|localhost/i)
  })
})
