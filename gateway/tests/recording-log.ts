import type { Log } from '@micromart/kernel'

export type LogLine = {
  readonly level: string
  readonly fields: Readonly<Record<string, unknown>>
  readonly message: string
}

/** A log that a test can read. */
export const recordingLog = (lines: LogLine[]): Log => {
  const at =
    (level: string): Log['info'] =>
    (fields, message) => {
      lines.push({ level, fields: { ...fields }, message })
    }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}
