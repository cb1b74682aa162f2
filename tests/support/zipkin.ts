import { shop } from './shop.ts'

/** A span as Zipkin's API gives it; times in microseconds. */
export type Span = {
  readonly traceId: string
  readonly id: string
  readonly parentId?: string
  readonly name?: string
  /** Absent for work inside of a process. */
  readonly kind?: 'SERVER' | 'CLIENT' | 'PRODUCER' | 'CONSUMER'
  readonly timestamp?: number
  readonly localEndpoint?: { readonly serviceName?: string }
  readonly tags?: Readonly<Record<string, string>>
}

const asked = async <T>(what: string, query: Readonly<Record<string, string>> = {}): Promise<T> => {
  const answer = await fetch(
    `${shop.zipkin}/api/v2/${what}?${new URLSearchParams(query).toString()}`,
  )
  if (!answer.ok) throw new Error(`Zipkin answers ${answer.status}: ${await answer.text()}`)
  return (await answer.json()) as T
}

/** The traces of one service since a moment. */
const tracesOf = (serviceName: string, since: number): Promise<readonly Span[][]> =>
  asked('traces', { serviceName, lookback: String(Date.now() - since), limit: '2000' })

/** What Zipkin has of the traces that touch a service since a moment, by service. */
export const tracesSince = async (
  since: number,
): Promise<ReadonlyMap<string, readonly Span[][]>> => {
  const names = await asked<string[]>('services')
  const found = names.map(async (name) => [name, await tracesOf(name, since)] as const)
  return new Map(await Promise.all(found))
}

/** The traces in which a span names an order: how an operator looks for them. */
export const tracesAbout = (orderId: string): Promise<readonly Span[][]> =>
  asked('traces', { annotationQuery: `micromart.order.id=${orderId}`, lookback: '3600000' })

/** Sidecars make spans of their own under the name of their app. */
export const isSidecars = ({ tags }: Span): boolean =>
  tags?.['otel.scope.name'] === 'dapr-diagnostics'

export const appOf = ({ localEndpoint }: Span): string => localEndpoint?.serviceName ?? ''

/** A trace as a tree. */
export const treeOf = (spans: readonly Span[]) => {
  const byId = new Map(spans.map((span) => [span.id, span]))
  const parentOf = ({ parentId = '' }: Span) => byId.get(parentId)
  /** From the span up to the root of what is known. */
  const lineOf = (span: Span): readonly Span[] => {
    const parent = parentOf(span)
    return parent ? [span, ...lineOf(parent)] : [span]
  }
  return {
    roots: spans.filter(({ parentId }) => parentId === undefined),
    orphans: spans.filter((span) => span.parentId !== undefined && !parentOf(span)),
    parentOf,
    lineOf,
  }
}
