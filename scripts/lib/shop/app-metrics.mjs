const sample = /^([a-z_]\w*)(?:\{(.*)\})? (\S+)$/gm
const label = /(\w+)="([^"]*)"/g

const labelsOf = (text = '') =>
  Object.fromEntries([...text.matchAll(label)].map(([, name, value]) => [name, value]))

/**
 * What an app counts, by the names of docs/telemetry.md.
 * @param port its small HTTP port
 * @returns `[{ name, labels, value }]`; empty when it does not answer. What cannot be read is NaN
 */
export const appMetrics = async (port) => {
  try {
    const url = `http://127.0.0.1:${port}/metrics`
    const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) })
    const found = [...(await answer.text()).matchAll(sample)]
    return found.map(([, name, labels, value]) => ({
      name,
      labels: labelsOf(labels),
      value: Number(value),
    }))
  } catch {
    return []
  }
}
