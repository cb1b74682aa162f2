import { expect, it } from '@jest/globals'
import { generatedLogs, kibanaSource, savedObjects } from './logs.mjs'
import { kibanaFaults } from './logs-lint.mjs'

it('maps each field of the schema, and refuses others', () => {
  const [text] = Object.values(generatedLogs())
  const { mappings } = JSON.parse(text).template
  expect(mappings.dynamic).toBe('strict')
  expect(mappings.properties.trace.properties.id).toEqual({ type: 'keyword', ignore_above: 1024 })
  expect(mappings.properties['@timestamp']).toEqual({ type: 'date' })
  expect(mappings.properties.labels.dynamic).toBe(true)
})

it('gives Kibana objects that refer to each other, and to fields that are there', () => {
  expect(kibanaFaults(savedObjects())).toEqual([])
  expect(kibanaSource().searches.length).toBeGreaterThan(3)
})

it('names what is wrong with an object', () => {
  const search = {
    id: 'a',
    title: 'A',
    query: 'trace.idd : * and event.action :',
    columns: ['messag'],
  }
  const broken = savedObjects({ searches: [search, search], dashboard: { title: 'D' } }).slice(1)
  broken[0].attributes.kibanaSavedObjectMeta.searchSourceJSON = '{'
  expect(kibanaFaults(broken)).toEqual([
    'search a: is there twice',
    'search a: searchSourceJSON is no JSON',
    'search a: refers to index-pattern micromart-logs, which is not there',
    'search a: messag is no field',
    'search a: refers to index-pattern micromart-logs, which is not there',
    'search a: messag is no field',
    'search a: trace.idd is no field',
  ])
})
