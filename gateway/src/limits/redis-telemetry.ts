import { histogram, type SpanAttributes } from '@micromart/contracts/telemetry'
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'

/** Runs a command and tells how long it took; `failed` says whether what it rejects with is a failure. */
export type RedisCall = <T>(
  operation: string,
  command: () => Promise<T>,
  failed: (reason: unknown) => boolean,
) => Promise<T>

const beginSpan = (operation: string) => {
  if (!trace.getActiveSpan()?.isRecording()) return undefined
  const attributes: SpanAttributes = {
    'db.system.name': 'redis',
    'db.operation.name': operation,
  }
  return trace
    .getTracer('@micromart/gateway')
    .startSpan(operation, { kind: SpanKind.CLIENT, attributes })
}

/** Commands to Redis, each with its time, and with a span inside a trace that is kept. */
export const redisCalls = (): RedisCall => {
  const durations = histogram('db_client_operation_duration_seconds')
  return async (operation, command, failed) => {
    const span = beginSpan(operation)
    const begun = performance.now()
    try {
      return await command()
    } catch (reason) {
      if (failed(reason)) span?.setStatus({ code: SpanStatusCode.ERROR })
      throw reason
    } finally {
      span?.end()
      const labels = { db_system_name: 'redis', db_operation_name: operation } as const
      durations.record((performance.now() - begun) / 1_000, labels)
    }
  }
}
