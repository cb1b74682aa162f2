type Labels = Readonly<Record<string, string>>

type Sample = {
  readonly name: string
  readonly labels: Labels
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

const textOf = async (port: number): Promise<string> => {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`, {
    signal: AbortSignal.timeout(5000),
  })
  return answer.text()
}

/** What a sidecar or a service counts, in Prometheus' text format. */
export const scrape = async (port: number): Promise<readonly Sample[]> =>
  (await textOf(port)).split('\n').flatMap((line) => parse(line) ?? [])

/** A metric with what is said of it, and its samples. */
export type Family = {
  readonly name: string
  readonly help: string
  readonly type: string
  readonly unit: string | undefined
  readonly samples: readonly Sample[]
}

const said = (text: string, what: string, name: string): string | undefined =>
  new RegExp(`^# ${what} ${name} (.*)$`, 'm').exec(text)?.[1]

/** The families that a process exposes; a histogram is one, with its buckets, sums and counts. */
export const families = async (port: number): Promise<readonly Family[]> => {
  const text = await textOf(port)
  const samples = text.split('\n').flatMap((line) => parse(line) ?? [])
  return [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => ({
    name,
    type,
    help: said(text, 'HELP', name) ?? '',
    unit: said(text, 'UNIT', name),
    samples: samples.filter((sample) =>
      type === 'histogram'
        ? new RegExp(`^${name}_(bucket|sum|count)$`).test(sample.name)
        : sample.name === name,
    ),
  }))
}
