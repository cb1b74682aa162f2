import { spawnSync } from 'node:child_process'
import { describe, expect, it } from '@jest/globals'
import { accessOf } from '@micromart/contracts'
import { table } from '../../gateway/src/routes/index.ts'
import { marksOf } from './marks.mjs'
import { permissionFaults, permissionsPage } from './permissions.mjs'
import { rpcPaths } from './rpcs.mjs'

const marks = rpcPaths.map((path) => [path, accessOf(path)])

const aRoute = (of = {}) => ({
  method: 'post',
  path: '/v1/admin/back-door',
  auth: { kind: 'required', scope: 'ops' },
  audit: 'order.ship',
  ...of,
})

const backDoor = '/micromart.order.v1.OrderService/OpenBackDoor'

describe('S30 S32 the table of permissions', () => {
  it('has every route and every RPC', () => {
    expect(permissionFaults({ table, marks })).toEqual([])
    expect(marks.length).toBeGreaterThan(70)
    const page = permissionsPage({ table, marks })
    for (const path of rpcPaths) expect(page).toContain(path.split('/').at(-1))
    for (const { path } of table) expect(page).toContain(path)
  })

  it.each([
    ['that does not say who may', { auth: undefined }, 'does not say who may'],
    ['of a scope that is none', { auth: { kind: 'required', scope: 'root' } }, 'no such scope'],
    ['that changes and names no action', { audit: undefined }, 'names no audit action'],
    ['with an action that is none', { audit: 'shop.burn' }, 'no such action: shop.burn'],
  ])('is refused with a route %s', (_what, broken, message) => {
    const parts = { table: [...table, aRoute(broken)], marks }
    expect(permissionFaults(parts)).toEqual([expect.stringContaining(message)])
    expect(() => permissionsPage(parts)).toThrow(message)
  })

  it.each([
    ['without a mark', undefined, 'has no access mark'],
    ['of a scope that is none', { kind: 'user', scope: 'root' }, 'no such scope: root'],
    ['that changes and names no action', { kind: 'user', scope: 'ops' }, 'names no audit action'],
  ])('is refused with an RPC %s', (_what, mark, message) => {
    const parts = { table, marks: [...marks, [backDoor, mark]] }
    expect(permissionFaults(parts)).toEqual([expect.stringContaining(message)])
    expect(() => permissionsPage(parts)).toThrow(backDoor)
  })

  it('is refused with a scope that opens nothing', () => {
    const scope = 'users:write'
    const fewer = {
      table: table.filter(({ auth }) => auth.scope !== scope),
      marks: marks.filter(([, mark]) => mark.scope !== scope),
    }
    expect(permissionFaults(fewer)).toEqual([`${scope} opens nothing`])
  })
})

it('S32 protos with an RPC that has no mark generate nothing', () => {
  const args = ['build', 'scripts/checks/fixtures/unmarked', '-o', '-#format=json']
  const { stdout, status } = spawnSync('node_modules/.bin/buf', args, { encoding: 'utf8' })
  expect(status).toBe(0)
  expect(() => marksOf(JSON.parse(stdout))).toThrow(
    '/shop.v1.ShopService/OpenBackDoor has no access mark',
  )
})
