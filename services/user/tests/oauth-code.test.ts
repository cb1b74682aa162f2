import { describe, expect, it } from '@jest/globals'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import {
  authorized,
  authorizeUrl,
  browserFor,
  callback,
  pkce,
  programFor,
  registrar,
  signIn,
} from './oauth-app.ts'
import { issuer, startForTest } from './start-for-test.ts'

describe('an application', () => {
  it('gets tokens for somebody who signs in and allows it', async () => {
    await using user = await startForTest()
    const app = await (await registrar(user)).register()
    const ann = await user.join()
    const { back, code, proof } = await authorized(user, app, ann)
    console.log(back.url.href, back.statuses, back.text)
    console.log(
      await user.query(
        'SELECT kind, uid, account_id, session_id, expires_at, consumed_at FROM oauth_state',
      ),
      await user.query('SELECT * FROM session'),
      new Date(),
    )
    const answer = await programFor(user).exchange(app, code, proof)
    console.log(answer.status, answer.json)
    console.log(
      decodeJwt(String(answer.json['access_token'])),
      decodeProtectedHeader(String(answer.json['access_token'])),
      decodeJwt(String(answer.json['id_token'])),
    )
    const again = await programFor(user).refresh(app, answer.json['refresh_token'])
    console.log(again.status, again.json)
    const info = await programFor(user).get('/oauth2/userinfo', {
      authorization: `Bearer ${String(again.json['access_token'])}`,
    })
    console.log(info.status, info.json)
    console.log((await programFor(user).get('/.well-known/openid-configuration')).json)
    console.log(user.logged().slice(-5))
  })
})
