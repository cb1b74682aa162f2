const appLine = ({ app, pid, starts, alive, ready, sidecar }) =>
  [
    app.padEnd(9),
    (alive ? `process ${pid}` : 'DEAD').padEnd(15),
    (ready ? 'ready' : 'NOT READY').padEnd(10),
    (sidecar ? 'sidecar alive' : 'SIDECAR DEAD').padEnd(14),
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

const ending = ({ state, since, url, secure, zeroTrust, left }) =>
  ({
    stopped: 'Nothing runs here. "npm start" starts the shop.',
    abandoned: `The starter is gone and left ${left} processes behind: "npm stop" ends them.`,
    starting: 'still starting',
    prepared: 'prepared: the services are started by hand',
    open: `open since ${since}: ${url} ${secure}${zeroTrust ? ', zero trust' : ''}`,
  })[state]

/** The status of a shop for a person, line by line. */
export const statusText = (status) => {
  const { apps, stores, streams, faults, notes } = status
  return [
    ...apps.map(appLine),
    ...stores.map(storeLine),
    ...(streams.length > 0 ? ['topics, entries'] : []),
    ...streams.map(streamLine),
    ...notes.map((text) => `note: ${text}`),
    ...faults.map((text) => `WRONG: ${text}`),
    ending(status),
  ].join('\n')
}
