const appLine = ({ app, pid, starts, alive, ready, sidecar }) =>
  [
    app.padEnd(9),
    (alive ? `process ${pid}` : 'DEAD').padEnd(15),
    (ready ? 'ready' : 'NOT READY').padEnd(10),
    (sidecar ? 'sidecar alive' : 'SIDECAR SILENT').padEnd(14),
    starts > 1 ? `started ${starts} times` : '',
  ]
    .join(' ')
    .trimEnd()

const storeLine = ({ name, pid, alive }) => `${name.padEnd(9)} ${alive ? `process ${pid}` : 'DEAD'}`

const groupText = ({ group, lag, pending }) =>
  `${group} ${lag ?? '?'} behind${pending > 0 ? `, ${pending} in hand` : ''}`

const streamLine = ({ topic, length, bound, groups }) => {
  const size = `${length} of ${bound ?? 'any number'}`.padEnd(17)
  const readers = groups.length > 0 ? groups.map(groupText).join('; ') : 'nobody listens'
  return `${topic.padEnd(22)} ${size} ${readers}`
}

const units = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
]

/** So long, in its largest unit. */
const lengthOf = (seconds) => {
  const [size, unit] = units.find(([most]) => seconds >= 2 * most) ?? [1, 's']
  return `${Math.round(seconds / size)} ${unit}`
}

const workLine = ({ what, count, oldestSeconds, parts }) => {
  const named = Object.entries(parts).map(([part, number]) => `${part} ${number}`)
  const oldest = oldestSeconds > 0 ? [`the oldest for ${lengthOf(oldestSeconds)}`] : []
  const detail = [...named, ...oldest].join(', ')
  return `${what.padEnd(18)} ${String(count ?? '?').padEnd(6)} ${detail}`.trimEnd()
}

const booksLine = (books, now) => {
  if (!books) return 'books              never checked: "npm run books" does'
  const { checkedAt, consistent, violations } = books
  const broken = Object.entries(violations).map(([invariant, count]) => `${invariant} ${count}`)
  const verdict = consistent ? 'agree' : `DISAGREE (${broken.join(', ')})`
  return `books              ${verdict}, checked ${lengthOf((now - new Date(checkedAt)) / 1_000)} ago`
}

const workLines = ({ rows, books }, now) =>
  rows.length === 0 ? [] : ['work under way', ...rows.map(workLine), booksLine(books, now)]

const ending = ({ state, since, url, secure, traces, zeroTrust, left }) =>
  ({
    stopped: 'Nothing runs here. "npm start" starts the shop.',
    abandoned: `The starter is gone and left ${left} processes behind: "npm stop" ends them.`,
    starting: 'still starting',
    prepared: 'prepared: the services are started by hand',
    open: `open since ${since}: ${url} ${secure}${zeroTrust ? ', zero trust' : ''}${traces ? `; traces ${traces}` : ''}`,
  })[state]

/**
 * The status of a shop for a person, on one page.
 * @param now the time at which it was read
 */
export const statusText = (status, now) => {
  const { apps, stores, streams, work, faults, notes } = status
  return [
    ...apps.map(appLine),
    ...stores.map(storeLine),
    ...(streams.length > 0 ? ['topics, entries'] : []),
    ...streams.map(streamLine),
    ...(apps.length > 0 ? workLines(work, now) : []),
    ...notes.map((text) => `note: ${text}`),
    ...faults.map((text) => `WRONG: ${text}`),
    ending(status),
  ].join('\n')
}
