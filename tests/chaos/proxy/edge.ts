/** One network connection of the shop that chaos can spoil: who calls whom, and where the proxy stands between them. */
export type Edge = {
  /** Such as `order-mysql`, `product-in`: the fault catalogue names it by this. */
  readonly name: string
  readonly listen: { readonly host: string; readonly port: number }
  readonly target: { readonly host: string; readonly port: number }
  /** On `http2` and `http1` edges calls can be told apart; a `tcp` one carries bytes. */
  readonly protocol: 'tcp' | 'http1' | 'http2'
}

/** What a proxy does to an edge until it is healed. */
export type Toxic =
  | { readonly kind: 'latency'; readonly ms: number }
  | { readonly kind: 'bandwidth'; readonly bytesPerSecond: number }
  | { readonly kind: 'reset' }
  /** `caller` (an app id, on http2 edges): only that app's calls are lost. `counts`: of those it has met, only calls of that method. */
  | { readonly kind: 'blackhole'; readonly caller?: string; readonly counts?: string }
  | { readonly kind: 'truncate'; readonly bytes: number }

/** Where in a call a trap closes: before the callee sees it, or when its answer is there and nobody has seen it. */
export type TrapPoint = 'before' | 'after'

/** Holds one call on an edge, the first that comes, until it is told what becomes of it. */
export type Trap = {
  readonly id: string
  readonly edge: string
  /** gRPC path, or `POST /v1/charges`; a tcp edge knows none. */
  readonly method?: string
  /** Only a call whose body holds this, such as a topic or a statement. */
  readonly text?: string
  readonly point: TrapPoint
}

/**
 * What becomes of a held call: it goes on as if nothing was, dies with its connection, is never answered, or reaches the callee
 * twice at once.
 */
export type Verdict = 'forward' | 'reset' | 'hang' | 'twice'

/** Parent to proxy process. */
export type ProxyCommand =
  | { readonly do: 'open'; readonly edges: readonly Edge[] }
  | { readonly do: 'spoil'; readonly edge: string; readonly toxic: Toxic }
  | { readonly do: 'heal'; readonly edge: string }
  | { readonly do: 'cut'; readonly edge: string }
  | { readonly do: 'trap'; readonly trap: Trap }
  | { readonly do: 'untrap'; readonly id: string }
  | { readonly do: 'judge'; readonly id: string; readonly verdict: Verdict }
  | { readonly do: 'deliver'; readonly id: string }
  | { readonly do: 'met'; readonly edge: string }

/** Proxy process to parent. `touched`: how many chunks, connections or calls the last toxic of an edge has met. */
export type ProxyEvent =
  | {
      readonly event: 'done'
      readonly id: number
      readonly touched?: number
      readonly error?: string
    }
  | { readonly event: 'trapped'; readonly id: string }
