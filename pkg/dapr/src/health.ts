/**
 * Whether the sidecar can make calls for us. `/v1.0/healthz` would stay 500 without a scheduler, and would wait for
 * our own app port besides.
 */
export const outboundReady = async (httpPort: number): Promise<boolean> => {
  const url = `http://127.0.0.1:${httpPort}/v1.0/healthz/outbound`
  try {
    const { status } = await fetch(url, { signal: AbortSignal.timeout(1_000) })
    return status === 204
  } catch {
    return false
  }
}
