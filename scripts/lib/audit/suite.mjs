import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { root } from '../machine/paths.mjs'
import { failed, passed } from './outcome.mjs'

/** `npm run test:security`, whose last line sums it up. */
export const auditSuite = ({ requests }) => {
  const script = path.join(root, 'scripts', 'test-security.mjs')
  const args = [script, ...(requests ? ['--requests', requests] : [])]
  const done = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const last = done.stdout.trim().split('\n').at(-1) ?? ''
  return done.status === 0 ? passed(last) : failed('tests of the check-list failed', [last])
}
