import { callContext } from '@micromart/dapr'
import type { Log } from '@micromart/kernel'
import { ecsVersion } from '@micromart/contracts/telemetry'
import { isSpanContextValid, trace } from '@opentelemetry/api'
import { type DestinationStream, type LoggerOptions, pino } from 'pino'
import { logLine } from './log-line.ts'
import { maskText, redact } from './redact.ts'

export type LogOptions = {
  readonly level?: 'debug' | 'info' | 'warn' | 'error'
  /** Of the build. */
  readonly version?: string
  /** Standard output if not said. */
  readonly destination?: DestinationStream
}

/** What connects a line with its request: the ids of trace, span and request. */
const connection = (): object => {
  const span = trace.getActiveSpan()?.spanContext()
  const requestId = callContext.getStore()?.requestId
  return {
    ...(span && isSpanContextValid(span) && { 'trace.id': span.traceId, 'span.id': span.spanId }),
    ...(requestId && { 'http.request.id': requestId }),
  }
}

const optionsOf = (app: string, { level = 'info', version }: LogOptions): LoggerOptions => ({
  level,
  base: {
    'ecs.version': ecsVersion,
    'service.name': app,
    ...(version && { 'service.version': version }),
  },
  messageKey: 'message',
  timestamp: () => `,"@timestamp":"${new Date().toISOString()}"`,
  formatters: { level: (label) => ({ 'log.level': label }) },
  mixin: connection,
})

/**
 * A JSON log in the Elastic Common Schema, one line each, with secrets hidden. An error belongs under `cause`, what came of
 * something under `outcome`.
 */
export const createLog = (app: string, options: LogOptions = {}): Log => {
  const { destination } = options
  const logger = destination
    ? pino(optionsOf(app, options), destination)
    : pino(optionsOf(app, options))
  const at =
    (level: 'debug' | 'info' | 'warn' | 'error'): Log['info'] =>
    (fields, message) => {
      if (logger.isLevelEnabled(level)) logger[level](logLine(redact(fields)), maskText(message))
    }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}
