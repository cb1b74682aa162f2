/** @throws until the sidecar there lets calls out */
export const outboundReadyAt = async (httpPort: number): Promise<void> => {
  const { status } = await fetch(`http://127.0.0.1:${httpPort}/v1.0/healthz/outbound`)
  if (status !== 204) throw new Error(`not ready: ${status}`)
}
