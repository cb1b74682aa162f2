import autocannon from 'autocannon'

/**
 * One round of closed-loop load. Any status but the wanted ones voids the run.
 * @param next makes the next request: `{ method, path, headers, body }`; the same object may come again
 * @param amount so many requests instead of so many seconds
 */
export const drive = async ({ url, next, connections, seconds, amount, wanted = [200] }) => {
  const statuses = new Map()
  let lastAnswer = 0
  const began = performance.now()
  const result = await autocannon({
    url,
    connections,
    ...(amount ? { amount } : { duration: seconds }),
    timeout: 20,
    requests: [{ setupRequest: (request) => Object.assign(request, next()) }],
    setupClient: (client) =>
      client.on('response', (status) => {
        lastAnswer = performance.now()
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
      }),
  })
  // autocannon waits for the end of a whole second; a counted round may be shorter.
  const lasted = amount ? (lastAnswer - began) / 1000 : result.duration
  const unwanted = [...statuses].filter(([status]) => !wanted.includes(status))
  if (unwanted.length > 0 || result.errors > 0) {
    const seen = unwanted.map(([status, count]) => `${count} x ${status}`).join(', ')
    throw new Error(`void: ${seen || 'no'} unexpected answers, ${result.errors} errors from ${url}`)
  }
  return {
    perSecond: result.requests.total / lasted,
    requests: result.requests.total,
    p50: result.latency.p50,
    p99: result.latency.p99,
  }
}
