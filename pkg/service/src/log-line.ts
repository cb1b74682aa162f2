import type { LogField } from '@micromart/contracts/telemetry'

type Fields = Readonly<Record<string, unknown>>
type Label = `labels.${string}`
type Line = { readonly [field in LogField | Label]?: string | number }

/** What parts of the shop call that for which ECS has a field. */
const ecsNames: Readonly<Record<string, LogField>> = {
  event: 'event.action',
  dataset: 'event.dataset',
  duration: 'event.duration',
  userId: 'user.id',
  requestId: 'http.request.id',
  httpMethod: 'http.request.method',
  httpStatus: 'http.response.status_code',
  traceId: 'trace.id',
  spanId: 'span.id',
  code: 'error.code',
}

const good: ReadonlySet<unknown> = new Set(['ok', 'done', 'success'])

const outcomeOf = (outcome: unknown): Line =>
  good.has(outcome)
    ? { 'event.outcome': 'success' }
    : { 'event.outcome': 'failure', 'event.reason': String(outcome) }

const textOf = (value: unknown): string =>
  typeof value === 'object' ? JSON.stringify(value) : String(value)

const labelOf = (name: string): Label =>
  `labels.${name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`

const isRecord = (value: unknown): value is Fields => typeof value === 'object' && value !== null

/** The stacks of an error and of what caused it, the outermost first. */
const stackOf = ({ stack, cause }: Fields): string => {
  const deeper = isRecord(cause) ? `\nCaused by: ${stackOf(cause)}` : ''
  return textOf(stack ?? '') + deeper
}

const errorOf = (cause: unknown): Line => {
  if (!isRecord(cause) || typeof cause['type'] !== 'string') {
    return { 'error.message': textOf(cause) }
  }
  const { type, message, stack: _stack, cause: _cause, code, ...rest } = cause
  const more = Object.values(rest).some((value) => value !== undefined)
  return {
    'error.type': type,
    'error.message': textOf(message),
    'error.stack_trace': stackOf(cause),
    ...(code !== undefined && { 'error.code': textOf(code) }),
    ...(more && { 'labels.error_details': JSON.stringify(rest) }),
  }
}

const lineOf = (name: string, value: unknown): Line => {
  if (value === undefined) return {}
  if (name === 'cause') return errorOf(value)
  if (name === 'outcome') return outcomeOf(value)
  const known = ecsNames[name]
  if (known === undefined) return { [labelOf(name)]: textOf(value) }
  return { [known]: typeof value === 'number' ? value : textOf(value) }
}

/** Fields that may be written, by their names in the Elastic Common Schema; those it has no name for are labels, which are text. */
export const logLine = (fields: object): Line =>
  Object.assign({}, ...Object.entries(fields).map(([name, value]) => lineOf(name, value)))
