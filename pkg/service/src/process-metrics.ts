import { constants, performance, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import { histogram, observe } from '@micromart/contracts/telemetry'
import { loopDelay, watchEventLoop } from './event-loop.ts'

/** Which build runs, as the environment says. */
export type Build = { readonly version: string; readonly commit: string }

type CollectorEntry = PerformanceEntry & { readonly detail: { readonly kind: number } }

const kinds = new Map<number, 'minor' | 'major' | 'incremental' | 'weakcb'>([
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weakcb'],
])

const watchCollector = (): Disposable => {
  const pauses = histogram('nodejs_gc_duration_seconds')
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const kind = kinds.get((entry as CollectorEntry).detail.kind)
      if (kind) pauses.record(entry.duration / 1_000, { kind })
    }
  })
  observer.observe({ entryTypes: ['gc'] })
  return { [Symbol.dispose]: () => observer.disconnect() }
}

const watchLoop = (): Disposable => {
  const stack = new DisposableStack()
  stack.use(watchEventLoop())
  stack.use(observe('nodejs_eventloop_delay_p50_seconds', (tell) => tell(loopDelay().p50)))
  stack.use(observe('nodejs_eventloop_delay_p99_seconds', (tell) => tell(loopDelay().p99)))
  let before = performance.eventLoopUtilization()
  stack.use(
    observe('nodejs_eventloop_utilization_ratio', (tell) => {
      const now = performance.eventLoopUtilization()
      tell(performance.eventLoopUtilization(now, before).utilization)
      before = now
    }),
  )
  return stack
}

const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

/** Tells what Node itself does, and which build it runs. */
export const watchProcess = (build: Build): Disposable => {
  const stack = new DisposableStack()
  const startedAt = Date.now() / 1_000 - process.uptime()
  stack.use(watchLoop())
  stack.use(watchCollector())
  stack.use(observe('micromart_build_info', (tell) => tell(1, build)))
  stack.use(observe('process_start_time_seconds', (tell) => tell(startedAt)))
  stack.use(observe('process_cpu_seconds_total', (tell) => tell(cpuSeconds())))
  stack.use(observe('process_resident_memory_bytes', (tell) => tell(process.memoryUsage.rss())))
  stack.use(observe('nodejs_heap_used_bytes', (tell) => tell(getHeapStatistics().used_heap_size)))
  stack.use(observe('nodejs_heap_limit_bytes', (tell) => tell(getHeapStatistics().heap_size_limit)))
  return stack
}
