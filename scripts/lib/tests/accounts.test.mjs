import { expect, it } from '@jest/globals'
import { readAccounts } from './accounts.mjs'

const given = (text) => readAccounts(undefined, { MICROMART_ACCOUNTS: text })

it('takes accounts from the environment', () => {
  const accounts = { admin: { email: 'a@shop.example', password: 'x' }, support: {} }
  expect(given(JSON.stringify(accounts))).toEqual(accounts)
})

it.each([
  [undefined, 'There are no accounts'],
  ['', 'There are no accounts'],
  ['hunter2', 'MICROMART_ACCOUNTS names no admin'],
  ['null', 'MICROMART_ACCOUNTS names no admin'],
  ['{"admin":{"email":"hunter2"}}', 'MICROMART_ACCOUNTS names no admin'],
])('refuses %j and repeats nothing of it', (text, words) => {
  expect(() => given(text)).toThrow(words)
  expect(() => given(text)).not.toThrow('hunter2')
})

it('says that a file is not there', () => {
  expect(() => readAccounts('/nowhere/accounts.json', {})).toThrow(
    'There is no /nowhere/accounts.json',
  )
})
