import { describe, expect, it } from '@jest/globals'
import { apps, components, deadLetterTopic, subscriptions, topics } from '@micromart/contracts'
import { publishers } from '@micromart/contracts/rights'
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
const configurations = globSync('components/configurations/*.yaml')

describe('the files that Dapr reads', () => {
  it('start exactly the apps that pkg/contracts names, each with its own Configuration', () => {
    const { apps: started } = read('dapr.yaml') as {
      apps: { appID: string; configFilePath: string }[]
    }
    expect(started.map(({ appID }) => appID).toSorted()).toEqual(Object.values(apps).toSorted())
    expect(started.map(({ configFilePath }) => configFilePath)).toEqual(
      started.map(({ appID }) => `./components/configurations/${appID}.yaml`),
    )
  })

  it('define exactly the components that pkg/contracts names, each for named apps', () => {
    const defined = ofKind('Component')
    const names = defined.map(({ metadata }) => metadata.name)
    expect(names.toSorted()).toEqual(Object.values(components).toSorted())
    expect(defined.filter(({ scopes = [] }) => scopes.length === 0)).toEqual([])
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

  it('S58 keep nothing secret and no address in components: both come by secretKeyRef', () => {
    const text = JSON.stringify(ofKind('Component'))
    expect(text).not.toMatch(/password[^"]*","value"|127\.0\.0\.1|localhost/i)
  })

  it('S57 deny what they do not name, also where the variable that says so is not set', () => {
    expect(configurations).toHaveLength(Object.keys(apps).length)
    for (const path of configurations) {
      // Unquoted an unset variable would leave nothing, and Dapr's own default is "allow".
      expect(readFileSync(path, 'utf8')).toContain("defaultAction: '$MICROMART_ACCESS_DEFAULT'\n")
      const { spec } = read(path) as Document
      const { policies = [] } = spec['accessControl'] as {
        policies?: { defaultAction: string; operations: { name: string; action: string }[] }[]
      }
      expect(policies.filter(({ defaultAction }) => defaultAction !== 'deny')).toEqual([])
      const operations = policies.flatMap((policy) => policy.operations)
      expect(operations.filter(({ name }) => !/^\/micromart\.[\w.]+\/\w+$/.test(name))).toEqual([])
      expect(spec['secrets']).toMatchObject({ scopes: [{ defaultAccess: 'deny' }] })
      const { allowed } = spec['api'] as { allowed: { protocol: string }[] }
      // A protocol without an entry is open in full.
      expect(new Set(allowed.map(({ protocol }) => protocol))).toEqual(new Set(['http', 'grpc']))
    }
  })

  it('S57 know every topic and protect it', () => {
    const pubsub = ofKind('Component').find(({ metadata }) => metadata.name === components.pubsub)
    const metadata = pubsub?.spec['metadata'] as { name: string; value: string }[]
    const value = (name: string) => metadata.find((each) => each.name === name)?.value.split(',')
    const letters = [...new Set(subscriptions.map(({ app }) => deadLetterTopic(app)))]
    const every = [...Object.values(topics), ...letters].toSorted()
    expect(value('allowedTopics')?.toSorted()).toEqual(every)
    expect(value('protectedTopics')?.toSorted()).toEqual(every)
    expect(Object.keys(publishers).toSorted()).toEqual(Object.values(topics).toSorted())
  })
})
