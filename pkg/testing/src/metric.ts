type Labels = { readonly [label: string]: string }

const sample = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/

const labelsOf = (text: string): ReadonlyMap<string, string> =>
  new Map(
    [...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name = '', value = '']) => [
      name,
      value,
    ]),
  )

/** The sum of a metric's samples with those labels, in Prometheus text. */
export const sumOf = (text: string, name: string, labels: Labels): number =>
  text.split('\n').reduce((sum, line) => {
    const [, found, given = '', value] = sample.exec(line) ?? []
    if (found !== name) return sum
    const has = labelsOf(given)
    const fits = Object.entries(labels).every(([label, wanted]) => has.get(label) === wanted)
    return fits ? sum + Number(value) : sum
  }, 0)

/**
 * What operations sees: the sum of a metric's samples with those labels, read from a service's `/metrics`.
 * @returns 0 when there is none
 */
export const readMetric = async (
  httpPort: number,
  name: string,
  labels: Labels = {},
): Promise<number> => {
  const response = await fetch(`http://127.0.0.1:${httpPort}/metrics`)
  return sumOf(await response.text(), name, labels)
}
