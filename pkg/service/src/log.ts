import { callContext } from '@micromart/dapr'
import type { Log } from '@micromart/kernel'
import { trace } from '@opentelemetry/api'
import { type DestinationStream, pino } from 'pino'
import { maskText, redact } from './redact.ts'

export type LogOptions = {
  readonly level?: 'debug' | 'info' | 'warn' | 'error'
  /** Standard output if not said. */
  readonly destination?: DestinationStream
}

/** What connects a line with its request: the ids of trace and request. */
const connection = (): object => {
  const traceId = trace.getActiveSpan()?.spanContext().traceId
  const requestId = callContext.getStore()?.requestId
  return { ...(traceId ? { traceId } : {}), ...(requestId ? { requestId } : {}) }
}

/** A JSON log, one line each, with secrets hidden. An error belongs under `cause`. */
export const createLog = (app: string, { level = 'info', destination }: LogOptions = {}): Log => {
  const options = {
    level,
    base: { app },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    mixin: connection,
  }
  const logger = destination ? pino(options, destination) : pino(options)
  return {
    debug: (fields, message) => {
      if (logger.isLevelEnabled('debug')) logger.debug(redact(fields), maskText(message))
    },
    info: (fields, message) => logger.info(redact(fields), maskText(message)),
    warn: (fields, message) => logger.warn(redact(fields), maskText(message)),
    error: (fields, message) => logger.error(redact(fields), maskText(message)),
  }
}
