import { expect, it } from '@jest/globals'
import { backupAccountSql } from './account.mjs'
import { clientText } from './client-file.mjs'

it('gives the account that backs up no right to write, and reads no database but those named', () => {
  const sql = backupAccountSql('secret', ['micromart_order'], 'SSL')
  const grants = sql.filter((each) => each.startsWith('GRANT'))
  expect(grants).toEqual([
    "GRANT RELOAD, BINLOG MONITOR, REPLICATION SLAVE ON *.* TO 'mm_backup'@'%'",
    "GRANT SELECT, TRIGGER, LOCK TABLES ON `micromart\\_order`.* TO 'mm_backup'@'%'",
  ])
  expect(sql).toContain("ALTER USER 'mm_backup'@'%' IDENTIFIED BY 'secret' REQUIRE SSL")
})

it('writes what the clients read, a password with any sign in it, and the CA where it is named', () => {
  const url = new URL('mysql://127.0.0.1:3306?ssl-mode=VERIFY_IDENTITY&ssl-ca=%2Fca.crt')
  url.username = 'admin'
  url.password = encodeURIComponent('a"b\\c#d')
  expect(clientText(url.href).split('\n')).toEqual([
    '[client]',
    'host=127.0.0.1',
    'port=3306',
    'user="admin"',
    'password="a\\"b\\\\c#d"',
    'ssl-verify-server-cert',
    'ssl-ca="/ca.crt"',
    '',
  ])
  expect(clientText('mysql://a:b@db').includes('ssl')).toBe(false)
})
