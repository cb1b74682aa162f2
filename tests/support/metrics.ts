type Sample = {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const parse = (line: string): Sample | undefined => {
  const found = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? ([^ ]+)/.exec(line)
  if (!found) return undefined
  const [, name = '', labels = '', value = ''] = found
  const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)]
  return {
    name,
    labels: Object.fromEntries(pairs.map(([, key, text]) => [key, text])),
    value: Number(value),
  }
}

/** What a sidecar or a service counts, in Prometheus' text format. */
export const scrape = async (port: number): Promise<readonly Sample[]> => {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`, {
    signal: AbortSignal.timeout(5000),
  })
  const text = await answer.text()
  return text.split('\n').flatMap((line) => parse(line) ?? [])
}
