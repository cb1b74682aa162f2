import { expect, it } from '@jest/globals'
import { addedText, clientsText } from './clients-text.mjs'

const till = {
  id: 'client-01',
  name: 'Till',
  grantTypes: ['client_credentials'],
  tokenEndpointAuthMethod: 'client_secret_basic',
  scopes: ['orders:read'],
  redirectUris: [],
}
const app = {
  ...till,
  id: 'client-02',
  name: 'Price Watch',
  grantTypes: ['authorization_code', 'refresh_token'],
  tokenEndpointAuthMethod: 'none',
  scopes: ['openid', 'orders'],
  redirectUris: ['https://app.example/callback'],
}

it('lists clients, a line each, and says how the first is registered', () => {
  expect(clientsText([app, till])).toBe(
    `client-02  Price Watch  application  none  openid orders
client-01  Till  machine  client_secret_basic  orders:read`,
  )
  expect(clientsText([])).toContain('npm run clients -- add --help')
})

it('tells a secret where there is one, and that it is told once', () => {
  expect(addedText({ ...till, secret: 's3cret' })).toBe(
    `client_id      client-01
client_secret  s3cret   (kept nowhere: note it now)
scope          orders:read`,
  )
  expect(addedText({ ...app, secret: null })).toBe(
    `client_id      client-02
scope          openid orders
redirect_uri   https://app.example/callback`,
  )
})
