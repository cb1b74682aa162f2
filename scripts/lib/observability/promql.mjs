import { parser } from '@prometheus-io/lezer-promql'
import { scaled } from './durations.mjs'

/** All nodes of a query's tree, in the order of their beginnings: `{ name, text, from, to, parents }`. */
const nodesOf = (query) => {
  const nodes = []
  const parents = []
  parser.parse(query).iterate({
    enter: ({ name, from, to }) => {
      nodes.push({ name, from, to, text: query.slice(from, to), parents: [...parents] })
      parents.push(name)
    },
    leave: () => void parents.pop(),
  })
  return nodes
}

/** Whether it can be read at all: the parser goes on behind what it does not know. */
export const isQuery = (query) => nodesOf(query).every(({ name }) => name !== '⚠')

/** What a query selects: `[{ metric, matchers: [{ label, operator, value }] }]`. */
export const selectorsOf = (query) => {
  const selectors = []
  for (const { name, text, parents } of nodesOf(query)) {
    if (name === 'VectorSelector') selectors.push({ metric: undefined, matchers: [] })
    if (!parents.includes('VectorSelector')) continue
    const selector = selectors.at(-1)
    if (name === 'Identifier') selector.metric = text
    if (name === 'UnquotedLabelMatcher') selector.matchers.push({})
    const matcher = selector.matchers.at(-1)
    if (name === 'LabelName') matcher.label = text
    if (name === 'MatchOp') matcher.operator = text
    if (name === 'StringLiteral') matcher.value = text.slice(1, -1)
  }
  return selectors
}

/** A query whose windows are so many times shorter. */
export const withShorterWindows = (query, scale) => {
  if (scale === 1) return query
  const windows = nodesOf(query).filter(
    ({ name }) => name === 'NumberDurationLiteralInDurationContext',
  )
  return windows
    .toReversed()
    .reduce(
      (text, { from, to, text: window }) =>
        text.slice(0, from) + scaled(window, scale) + text.slice(to),
      query,
    )
}
