import { expect, it } from '@jest/globals'
import { isId } from '@micromart/kernel'
import { eventually, readMetric } from '@micromart/testing'
import { aPassword, anEmail, startForTest } from './start-for-test.ts'

it('opens an account as customer, logs it in and tells the others', async () => {
  await using user = await startForTest()
  const [email, password] = [anEmail(), aPassword()]

  const answer = await user.guest.register({ email, password, name: '  Ann Member ' })

  const account = {
    id: expect.any(String),
    email,
    name: 'Ann Member',
    roles: ['customer'],
    createdAt: user.clock.now(),
  }
  expect(answer).toEqual({
    user: account,
    tokens: {
      accessToken: expect.any(String),
      refreshToken: expect.stringMatching(/^[\w-]{43}$/),
      expiresIn: 300,
    },
  })
  const id = answer.user?.id ?? ''
  expect(isId(id)).toBe(true)
  const rpc = user.rpc.as({ token: answer.tokens?.accessToken ?? '' })
  expect(await rpc.getMe({})).toEqual({ user: { ...account, id } })
  await eventually(() => expect(user.sidecar.published()).toHaveLength(1))
  expect(user.sidecar.published()[0]).toMatchObject({
    topic: 'user.registered.v1',
    payload: { userId: id },
  })
  expect(user.sidecar.calls()).toEqual([])
  const labels = { flow: 'register', outcome: 'ok' }
  const counted = await readMetric(user.httpPort, 'micromart_auth_attempts_total', labels)
  expect(counted).toBeGreaterThanOrEqual(1)
})
