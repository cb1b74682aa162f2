import { setTimeout as pause } from 'node:timers/promises'
import { createInterface } from 'node:readline'
import { kubectl } from '../../scripts/lib/cluster/kubectl.mjs'
import { killPod } from '../../scripts/lib/cluster/rehearsal/pods.mjs'
import { spaces } from '../../scripts/lib/cluster/rehearsal/prepare.mjs'

const colours = ['blue', 'green']

/** Notes each turn of the route `live`, from the present one on. */
export const watchRoute = async (history) => {
  const turns = []
  const weights = '{.spec.rules[0].backendRefs[*].weight}{"\\n"}'
  const where = ['httproute', 'live', '--namespace', 'micromart-edge']
  const child = kubectl.spawn(['get', ...where, '--watch', '-o', `jsonpath=${weights}`])
  const first = new Promise((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const heavy = line.trim().split(' ').map(Number)
      const colour = colours[heavy.findIndex((weight) => weight > 0)]
      if (colour !== turns.at(-1)?.colour) turns.push({ at: history.now(), colour })
      resolve()
    })
  })
  await first
  return { turns, close: () => child.kill() }
}

/**
 * What is done to production while it is bought from.
 * @param releases files of digests
 */
export const planOf = (releases) => {
  const to = (...args) => [...args, '--place', 'rehearsal']
  const deploy = (name) => to('deploy', '--digests', releases[name])
  const promote = to('promote', '--watch', '15', '--reason', 'rehearsal')
  return [
    { name: 'nothing is done', lastsMs: 10_000 },
    { name: 'deploy', args: deploy('next'), kill: 'order', killAfterMs: 10_000 },
    { name: 'smoke', args: to('smoke'), kill: 'product' },
    { name: 'promote', args: promote, kill: 'gateway', killOnTurn: true },
    { name: 'rollback', args: to('rollback', '--reason', 'rehearsal'), kill: 'cart' },
    { name: 'deploy again', args: deploy('next'), kill: 'payment', killAfterMs: 2000 },
    { name: 'promote again', args: promote, kill: 'order', killOnTurn: true },
    { name: 'retire', args: to('retire'), kill: 'gateway' },
    { name: 'deploy a broken release', args: deploy('broken'), kill: 'user', killAfterMs: 10_000 },
    { name: 'promote a broken release', args: promote },
    { name: 'nothing is done any more', lastsMs: 10_000 },
  ]
}

/** @returns whether the route turned before the command had ended */
const turned = async (turns, ended) => {
  const before = turns.length
  while (turns.length === before && !ended.aborted) await pause(100)
  return turns.length > before
}

const kill = async ({ kill: app, killAfterMs = 0, killOnTurn }, { turns, history, ended }) => {
  if (killOnTurn && !(await turned(turns, ended))) return undefined
  await pause(killAfterMs)
  const { colour } = turns.at(-1)
  const { pod, back } = await killPod(spaces[colour], app)
  const at = history.now()
  history.note('armed', `kill ${pod}`)
  await back()
  history.note('healed', `kill ${pod}`)
  return { pod, colour, at, backAt: history.now() }
}

/** How long shoppers go on after a phase's work before the next one begins. */
const aftermathMs = 4000

/** Does one thing after the other, each with a pod killed beside it. @returns phases as `judge.ts` has them */
export const play = async (plan, { deployer, turns, history, say }) => {
  const phases = []
  for (const each of plan) {
    const from = history.now()
    history.note('phase', each.name)
    const end = new AbortController()
    const run = async () => {
      if (!each.args) return pause(each.lastsMs)
      const began = history.now()
      return { began, ...(await deployer(...each.args)) }
    }
    const [command, killed] = await Promise.all([
      run().finally(() => end.abort()),
      each.kill ? kill(each, { turns, history, ended: end.signal }) : undefined,
    ])
    if (each.args) await pause(aftermathMs)
    const phase = {
      name: each.name,
      from,
      to: history.now(),
      ...(command && { command }),
      ...(killed && { kill: killed }),
    }
    phases.push(phase)
    say(
      `  ${each.name}: ${command ? `${(command.ms / 1000).toFixed(1)} s, ended with ${command.code}` : 'done'}`,
    )
    if (command?.code > 0) say(command.said)
  }
  return phases
}
