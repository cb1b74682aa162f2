const sample = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/

const labelsOf = (text: string): Map<string, string> =>
  new Map(
    [...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name = '', value = '']) => [
      name,
      value,
    ]),
  )

/**
 * What operations sees: the sum of a metric's samples with those labels, read from a service's `/metrics`.
 * @returns 0 when there is none
 */
export const readMetric = async (
  httpPort: number,
  name: string,
  labels: { readonly [label: string]: string } = {},
): Promise<number> => {
  const response = await fetch(`http://127.0.0.1:${httpPort}/metrics`)
  const lines = (await response.text()).split('\n')
  return lines.reduce((sum, line) => {
    const [, found, given = '', value] = sample.exec(line) ?? []
    if (found !== name) return sum
    const has = labelsOf(given)
    const fits = Object.entries(labels).every(([label, wanted]) => has.get(label) === wanted)
    return fits ? sum + Number(value) : sum
  }, 0)
}
