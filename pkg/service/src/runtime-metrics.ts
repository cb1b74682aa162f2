import { monitorEventLoopDelay } from 'node:perf_hooks'
import { metrics } from '@opentelemetry/api'

/** Counts what Node itself does: event-loop delay (99th percentile since the last reading), heap and resident memory. */
export const watchRuntime = (): Disposable => {
  const delay = monitorEventLoopDelay({ resolution: 20 })
  delay.enable()
  const meter = metrics.getMeter('@micromart/service')
  meter.createObservableGauge('nodejs_eventloop_delay_p99_seconds').addCallback((result) => {
    result.observe(delay.percentile(99) / 1e9)
    delay.reset()
  })
  meter
    .createObservableGauge('nodejs_heap_used_bytes')
    .addCallback((result) => result.observe(process.memoryUsage().heapUsed))
  meter
    .createObservableGauge('process_resident_memory_bytes')
    .addCallback((result) => result.observe(process.memoryUsage.rss()))
  return { [Symbol.dispose]: () => delay.disable() }
}
