import { every } from './apps.ts'
import { like, type Metrics } from './metric.ts'

const gauge = { kind: 'gauge', labels: {}, apps: every } as const

/** What every process tells of itself. */
export const processMetrics = {
  micromart_build_info: {
    ...gauge,
    unit: 'none',
    help: 'Always 1: which build runs',
    labels: {
      version: like('a version', /^\d{1,6}\.\d{1,6}\.\d{1,6}(?:[+-][\w.+-]{1,40})?$/),
      commit: like('a commit, or unknown', /^([0-9a-f]{7,40}|unknown)$/),
    },
  },
  micromart_spans_exported_total: {
    kind: 'counter',
    unit: 'none',
    help: 'Spans given to the trace store, by whether it took them',
    labels: { outcome: ['exported', 'failed'] },
    apps: every,
  },
  process_start_time_seconds: { ...gauge, unit: 'seconds', help: 'Unix time of the start' },
  process_cpu_seconds_total: {
    kind: 'counter',
    unit: 'seconds',
    help: 'CPU time of user and system',
    labels: {},
    apps: every,
  },
  process_resident_memory_bytes: { ...gauge, unit: 'bytes', help: 'Resident memory' },
  nodejs_heap_used_bytes: { ...gauge, unit: 'bytes', help: 'Heap in use' },
  nodejs_heap_limit_bytes: { ...gauge, unit: 'bytes', help: 'What the heap may grow to' },
  nodejs_eventloop_delay_p50_seconds: {
    ...gauge,
    unit: 'seconds',
    help: 'Median delay of the event loop, of the last whole ten seconds',
  },
  nodejs_eventloop_delay_p99_seconds: {
    ...gauge,
    unit: 'seconds',
    help: '99th percentile of the delay of the event loop, of the last whole ten seconds',
  },
  nodejs_eventloop_utilization_ratio: {
    ...gauge,
    unit: 'ratio',
    help: 'Share of the time between two scrapes that the event loop was busy',
  },
  nodejs_gc_duration_seconds: {
    kind: 'histogram',
    unit: 'seconds',
    help: 'Pauses of the garbage collector',
    labels: { kind: ['minor', 'major', 'incremental', 'weakcb'] },
    apps: every,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25],
  },
} as const satisfies Metrics
