import type { Scenario, Turn } from './buying.ts'
import { scenarios } from './scenarios.ts'
import type { World } from './world.ts'

export type Load = {
  /** Lets every worker finish what it is at. */
  readonly stop: () => Promise<void>
  /** How often each scenario ran. */
  readonly ran: Readonly<Record<string, number>>
}

const paceMs = [20, 160] as const

/**
 * Closed-loop workers. Which scenarios a worker plays, in which order and with which numbers, follows from the seed; how far
 * it gets depends on the shop.
 * @param only names of scenarios; all without
 */
export const startLoad = (world: World, workers: number, only: readonly string[] = []): Load => {
  const ran: Record<string, number> = {}
  const chosen = Object.entries(scenarios).filter(
    ([name]) => only.length === 0 || only.includes(name),
  )
  const weights = Object.fromEntries(chosen.map(([name, { weight }]) => [name, weight]))
  const end = new AbortController()

  const work = async (index: number) => {
    const process = `w${index}`
    const random = world.random.fork(process)
    for (let round = 0; !end.signal.aborted; round += 1) {
      const turn: Turn = { world, process, random: random.fork(String(round)) }
      const name = turn.random.weighted<string>(weights)
      ran[name] = (ran[name] ?? 0) + 1
      const run: Scenario | undefined = scenarios[name]?.run
      await run?.(turn)
      await new Promise((resolve) => setTimeout(resolve, turn.random.int(...paceMs)))
    }
  }

  const all = Promise.all(Array.from({ length: workers }, (_, index) => work(index)))
  return {
    ran,
    stop: async () => {
      end.abort()
      await all
    },
  }
}
