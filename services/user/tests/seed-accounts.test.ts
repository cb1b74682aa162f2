import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from '@jest/globals'
import { aPassword, anEmail, startForTest } from './start-for-test.ts'

const entry = fileURLToPath(new URL('../src/seed-accounts.ts', import.meta.url))

type Ended = { readonly code: number | null; readonly out: string; readonly errors: string }

/** Runs the entry point as the starter does. */
const seed = async (url: string, input: string): Promise<Ended> => {
  const env = { ...process.env, USER_DATABASE_URL: url }
  const child = spawn(process.execPath, [entry], { env, stdio: 'pipe' })
  child.stdin.end(input)
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve))
  const [out, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { code, out, errors }
}

const anAdmin = () => ({
  email: anEmail(),
  password: aPassword(),
  name: 'Demo Admin',
  roles: ['customer', 'admin'],
})

describe('seeding accounts', () => {
  it('makes them once, with production’s hashes, and changes nothing when all is right', async () => {
    await using user = await startForTest()
    const [admin, shopper] = [anAdmin(), { ...anAdmin(), roles: ['customer'] }]
    const input = JSON.stringify([admin, shopper])
    const url = user.database.url

    expect(await seed(url, input)).toEqual({ code: 0, out: '2\n', errors: '' })
    const { user: made, tokens } = await user.guest.login(admin)
    expect(made).toMatchObject({ name: 'Demo Admin', roles: ['customer', 'admin'] })
    const hashes = () => user.query('SELECT password_hash AS hash FROM account ORDER BY id')
    const before = await hashes()
    const granted = () =>
      user.query(`SELECT object_id AS id, actor_kind AS kind, state_after AS after FROM audit_entries
        WHERE action = 'user.create' ORDER BY seq`)
    const first = { id: made?.id, kind: 'system', after: '{"roles":["customer","admin"]}' }
    expect(await granted()).toEqual([first, expect.objectContaining({ kind: 'system' })])

    expect(await seed(url, input)).toEqual({ code: 0, out: '0\n', errors: '' })
    expect(await hashes()).toEqual(before)
    expect(await granted()).toHaveLength(2)
    await user.guest.refresh({ refreshToken: tokens?.refreshToken ?? '' })
  })

  it('gives an account the password that is asked for, and leaves its roles to the desk', async () => {
    await using user = await startForTest()
    const admin = anAdmin()
    await seed(user.database.url, JSON.stringify([admin]))
    await user.hire('admin')
    const password = aPassword()
    const again = JSON.stringify([{ ...admin, password, roles: ['customer'] }])

    expect(await seed(user.database.url, again)).toMatchObject({ code: 0, out: '1\n' })

    await expect(user.guest.login(admin)).rejects.toMatchObject({ code: 'credentials_wrong' })
    const { user: found } = await user.guest.login({ ...admin, password })
    expect(found?.roles).toEqual(['customer', 'admin'])
  })

  it('refuses a list that is none, making nothing', async () => {
    await using user = await startForTest()
    const wrong = JSON.stringify([anAdmin(), { ...anAdmin(), admin: true }])
    const { code, out } = await seed(user.database.url, wrong)
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(await user.query('SELECT id FROM account')).toEqual([])
  })
})
