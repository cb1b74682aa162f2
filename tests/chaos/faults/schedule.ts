import type { Random } from '../plan/random.ts'
import { catalogue, type Fault } from './catalogue.ts'

/** How often each category comes, relative to the others. */
const weights: Readonly<Record<string, number>> = {
  kill: 4,
  stop: 3,
  network: 7,
  store: 2,
  events: 1,
  provider: 3,
  consumer: 0.6,
  rolling: 0.5,
  disk: 0.7,
  clock: 1,
}

const matches = ({ name, category }: Fault, wanted: readonly string[]): boolean =>
  wanted.length === 0 || wanted.some((each) => category === each || name.startsWith(each))

/**
 * The faults of a run in their order: an endless list, of which a run takes as many as its time allows. The same seed gives the
 * same list; no fault comes again before its category is through.
 */
export const scheduleFrom = (random: Random, wanted: readonly string[]): (() => Fault) => {
  const all = catalogue.filter((fault) => matches(fault, wanted))
  if (all.length === 0) throw new Error(`no fault is called ${wanted.join(', ')}`)
  const byCategory = Map.groupBy(all, ({ category }) => category)
  const queues = new Map([...byCategory].map(([name, faults]) => [name, random.shuffled(faults)]))
  const present = Object.fromEntries([...queues.keys()].map((name) => [name, weights[name] ?? 1]))
  return () => {
    const category = random.weighted<string>(present)
    const queue = queues.get(category) ?? []
    const [next] = queue
    if (!next) throw new Error(`nothing in ${category}`)
    queue.push(...queue.splice(0, 1))
    return next
  }
}
