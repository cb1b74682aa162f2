import type { Pulse } from '../machine/pulse.ts'
import type { SetTrap } from '../proxy/client.ts'
import type { Shop } from '../shop/handle.ts'
import type { Case, Kind } from './cases.ts'
import type { Story } from './stories.ts'

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Longer than any call of the saga may take. */
const sleepMs = 7000
const silenceMs = 5000
const storeAwayMs = 1500
const reachMs = 30_000

const victimOf = ({ step: { caller, callee }, kind }: Case): string | undefined =>
  ({
    'kill caller': caller,
    'stop caller': caller,
    'kill callee': callee,
    'stop callee': callee,
    "kill caller's sidecar": `${caller}-sidecar`,
    "kill callee's sidecar": `${callee}-sidecar`,
  })[kind as string]

const stores: Readonly<Partial<Record<Kind, 'mysql' | 'redis'>>> = {
  'kill MySQL': 'mysql',
  'kill Redis': 'redis',
}

/** What a call meets that is held when its victim is dead or asleep: it goes on where only the callee's end is another. */
const goesOn = ({ point, kind }: Case): boolean =>
  kind.startsWith('stop') ||
  kind in stores ||
  (point === 'before' && (kind === 'kill callee' || kind === "kill callee's sidecar"))

/** The fault itself, while the call is held; it is decided about in the middle. */
const strike = async (shop: Shop, one: Case, decide: () => Promise<void>): Promise<void> => {
  const { processes } = shop
  const victim = victimOf(one) ?? ''
  const store = stores[one.kind]
  if (store) {
    await shop.stores.kill(store)
    await decide()
    await pause(storeAwayMs)
    await shop.stores.restart(store, shop.keys)
    return
  }
  if (one.kind.startsWith('kill')) processes.signal(victim, 'SIGKILL')
  if (one.kind.startsWith('stop')) processes.signal(victim, 'SIGSTOP')
  await decide()
  if (!one.kind.startsWith('stop')) return
  await pause(sleepMs)
  processes.signal(victim, 'SIGCONT')
}

const verdictOf = (one: Case) => {
  if (one.kind === 'twice') return 'twice' as const
  if (one.kind === 'silence' || one.kind === 'late') return 'hang' as const
  return goesOn(one) ? ('forward' as const) : ('reset' as const)
}

/** Gives the caller time to get as far as its store. */
const untilWritten = async ({ proxies }: Shop, ledger: string, pulse: Pulse): Promise<void> => {
  const began = pulse.fair()
  const isLong = (ms: number) => pulse.fair() - began > ms
  while (!isLong(150) || ((await proxies.met(ledger)) === 0 && !isLong(2000))) await pause(50)
}

/** The caller has its answer and cannot write it down. */
const strikeAnswered = async (shop: Shop, id: string, one: Case, pulse: Pulse): Promise<void> => {
  const { proxies } = shop
  const { ledger } = one.step
  await proxies.spoil(ledger, { kind: 'blackhole' })
  await proxies.judge(id, 'forward')
  await untilWritten(shop, ledger, pulse)
  if (one.kind === 'silence') await pause(silenceMs)
  if (one.kind === 'reset') await proxies.cut(ledger)
  const heal = async () => void (await proxies.heal(ledger))
  if (victimOf(one) === undefined) await heal()
  else await strike(shop, one, heal)
}

export type Armed = {
  /** Whether the call came: a case that was not reached proves nothing. */
  readonly came: boolean
  /** Has a call that is late reach its callee. */
  readonly deliver: (() => Promise<void>) | undefined
}

/** @returns whether something sits in the trap before the time is up */
export const untilCaught = async ({ hasCaught }: SetTrap, { fair }: Pulse): Promise<boolean> => {
  for (const end = fair() + reachMs; !hasCaught() && fair() < end;) await pause(20)
  return hasCaught()
}

/** Arms the trap, lets the shopper act, breaks the one call. */
export const breakOnce = async (
  { shop, pulse }: { readonly shop: Shop; readonly pulse: Pulse },
  story: Story,
  one: Case,
  id: string,
): Promise<Armed> => {
  await story.prepare()
  const { step, point } = one
  const { edge, method, text } = step
  const trap = await shop.proxies.trap({
    id,
    edge,
    method,
    point: point === 'before' ? point : 'after',
    ...(text !== undefined && { text }),
  })
  const acting = story.act()
  const came = await untilCaught(trap, pulse)
  if (!came) await trap.lift()
  else if (point === 'answered') await strikeAnswered(shop, id, one, pulse)
  else await strike(shop, one, () => shop.proxies.judge(id, verdictOf(one)))
  await acting
  const deliver = one.kind === 'late' ? () => shop.proxies.deliver(id) : undefined
  return { came, deliver }
}
