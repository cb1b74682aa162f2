import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from '@jest/globals'
import { aPassword, anEmail, startForTest } from './start-for-test.ts'

const entry = fileURLToPath(new URL('../src/seed-accounts.ts', import.meta.url))

type Ended = { readonly code: number | null; readonly out: string; readonly errors: string }

/** Runs the entry point as the starter does. */
const seed = async (url: string, input: string, place = 'local'): Promise<Ended> => {
  const env = { ...process.env, USER_DATABASE_URL: url, SHOP_ENV: place }
  const child = spawn(process.execPath, [entry], { env, stdio: 'pipe' })
  child.stdin.end(input)
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve))
  const [out, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { code, out, errors }
}

/** A database account whose password is worth something; it goes after the test. */
const strongAccount = async ({ query, database }: Awaited<ReturnType<typeof startForTest>>) => {
  const name = `strong_${randomBytes(6).toString('hex')}`
  const password = randomBytes(24).toString('base64url')
  await query(`CREATE USER ${name}@'%' IDENTIFIED BY '${password}'`)
  await query(`GRANT ALL ON ${database.name}.* TO ${name}@'%'`)
  const url = new URL(database.url)
  url.username = name
  url.password = password
  const drop = async () => void (await query(`DROP USER ${name}@'%'`))
  return { url: url.href, [Symbol.asyncDispose]: drop }
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
    const wanted = { name: 'Demo Admin', roles: ['customer', 'admin'], emailVerified: true }
    expect(made).toMatchObject(wanted)
    expect(await user.query('SELECT id FROM mail')).toEqual([])
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

  it('S9 production does not start beside demo accounts, until they have passwords of their own', async () => {
    await using user = await startForTest()
    const admin = anAdmin()
    await seed(user.database.url, JSON.stringify([admin]))
    const strong = () => randomBytes(24).toString('base64url')
    const production = {
      SHOP_ENV: 'production',
      ISSUER_URL: 'https://shop.example.com',
      DAPR_API_TOKEN: strong(),
      APP_API_TOKEN: strong(),
      MAIL_FOLDER: '',
      SMTP_HOST: '127.0.0.1',
      MAIL_FROM: 'shop@example.com',
      ARGON2_MEMORY_KIB: '19456',
      ARGON2_PASSES: '2',
    }
    user.sidecar.secret('mysql-user', 'mysql://root:secret@127.0.0.1:3306/micromart_user')
    await expect(user.replica(production)).rejects.toThrow('the secret mysql-user is a default')
    await using account = await strongAccount(user)
    user.sidecar.secret('mysql-user', account.url)
    await expect(user.replica(production)).rejects.toThrow('There are demo accounts')

    const own = JSON.stringify([{ ...admin, password: aPassword() }])
    expect(await seed(user.database.url, own, 'production')).toMatchObject({ out: '1\n' })
    await using replica = await user.replica(production)
    expect(replica.httpPort).toBeGreaterThan(0)
  })
})
