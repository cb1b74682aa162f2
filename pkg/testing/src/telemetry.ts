import type { SpanTarget, TelemetrySettings } from '@micromart/service'

type Wanted = SpanTarget & {
  /** Share of traces kept; none unless said. */
  readonly ratio?: number
}

/** Telemetry of a test's own process. */
export const telemetryForTest = ({ ratio = 0, ...target }: Wanted = {}): TelemetrySettings => ({
  serviceName: 'test',
  build: { version: '0.0.0', commit: 'unknown' },
  target,
  sampling: { ratio },
})
