import { apps, tokenAudience } from '@micromart/contracts'
import {
  ClientServiceService,
  OAuthServiceService,
  UserServiceService,
} from '@micromart/contracts/user'
import type { Sidecar } from '@micromart/dapr'
import type { Clock } from '@micromart/kernel'
import {
  type Platform,
  type PlatformOverrides,
  startPlatform,
  type TokenVerifier,
  tokenVerifier,
} from '@micromart/service'
import {
  auditMysql,
  type Database,
  openDatabase,
  outboxRows,
  pruneIdempotency,
  readBacklog,
  startRelay,
  startSweeper,
} from '@micromart/store'
import { custodiansRpc } from './client/custodians-rpc.ts'
import type { Config } from './config.ts'
import { accessTokensJose } from './crypto/access-tokens-jose.ts'
import { commonPasswordsZxcvbn } from './crypto/common-passwords-zxcvbn.ts'
import { type KeyBox, keyBox, keyBoxFor } from './crypto/key-box.ts'
import { keyMakerJose } from './crypto/keys-jose.ts'
import { linkTokensNode } from './crypto/link-tokens-node.ts'
import { oneTimeCodesOtpauth } from './crypto/one-time-codes-otpauth.ts'
import { passwordsArgon2 } from './crypto/passwords-argon2.ts'
import { receiptsJose } from './crypto/receipts-jose.ts'
import { secretsNode } from './crypto/secrets-node.ts'
import { type SigningRing, signingRing } from './crypto/signing-ring.ts'
import { clientRpc } from './handler/client-rpc.ts'
import { oauthRpc } from './handler/oauth-rpc.ts'
import { userRpc } from './handler/rpc.ts'
import { openMailer } from './mailer.ts'
import {
  countedEntrances,
  countedMails,
  countedSessions,
  countTokens,
  watchHashes,
} from './metrics.ts'
import type { Account } from './model/account.ts'
import { grantsOf } from './model/grants.ts'
import type { Mailer } from './model/mail-ports.ts'
import type { OAuthPorts } from './model/oauth-ports.ts'
import type { Ports } from './model/ports.ts'
import { adapters } from './oauth/adapters.ts'
import { sealedContent } from './oauth/sealed-content.ts'
import { oauthServer } from './oauth/server.ts'
import { watchAccounts } from './repository/account-gauges.ts'
import { accountTokensMysql } from './repository/account-tokens-mysql.ts'
import { accountsMysql } from './repository/accounts-mysql.ts'
import { addressesMysql } from './repository/addresses-mysql.ts'
import { clientTokensMysql } from './repository/client-tokens-mysql.ts'
import { clientsMysql } from './repository/clients-mysql.ts'
import { grantsMysql } from './repository/grants-mysql.ts'
import { erasuresMysql } from './repository/erasures-mysql.ts'
import { keptAnswers } from './repository/kept-answers-mysql.ts'
import { loginFailuresMysql } from './repository/login-failures-mysql.ts'
import { mailsMysql } from './repository/mails-mysql.ts'
import { migrations } from './repository/migrations/index.ts'
import { oauthRows } from './repository/oauth-rows.ts'
import { oauthStatesMysql } from './repository/oauth-states-mysql.ts'
import { userRows } from './repository/rows.ts'
import { secondFactorsMysql } from './repository/second-factors-mysql.ts'
import { sessionsMysql } from './repository/sessions-mysql.ts'
import { signingKeysMysql } from './repository/signing-keys-mysql.ts'
import { type UseCases, userUseCases } from './usecase/index.ts'

type Parts = Pick<Platform, 'sidecar' | 'clock' | 'ids' | 'log'> & {
  readonly db: Database
  readonly mailer: Mailer
}

const openPasswords = (config: Config) => {
  const cost = { memoryKib: config.ARGON2_MEMORY_KIB, passes: config.ARGON2_PASSES, lanes: 1 }
  const limits = { running: config.HASHES_RUNNING, waiting: config.HASHES_WAITING }
  return passwordsArgon2(cost, limits, secretsNode.token())
}

/** What the key-encryption key opens, and what is made of it. */
type Sealed = {
  readonly kek: string
  readonly box: KeyBox
  readonly ring: () => Promise<SigningRing>
}

const unseal = async ({ db, sidecar, clock }: Parts): Promise<Sealed> => {
  const kek = await sidecar.secret('signing-kek')
  const box = keyBox(kek)
  return { kek, box, ring: signingRing({ keys: signingKeysMysql(db), box, clock }) }
}

const oauthPorts = (db: Database): OAuthPorts => ({
  clients: clientsMysql(db),
  grants: grantsMysql(db),
  oauthStates: oauthStatesMysql(db),
  clientTokens: clientTokensMysql(db),
})

type Made = { readonly sealed: Sealed; readonly passwords: Ports['passwords'] }

const wire = (config: Config, parts: Parts, { sealed, passwords }: Made): Ports => {
  const { db, sidecar, clock, ids, log, mailer } = parts
  const { kek, box, ring } = sealed
  const keys = signingKeysMysql(db)
  return {
    ...oauthPorts(db),
    accounts: accountsMysql(db, ids),
    sessions: countedSessions(sessionsMysql(db)),
    addresses: addressesMysql(db),
    failures: loginFailuresMysql(db),
    secondFactors: secondFactorsMysql(db),
    oneTimeCodes: oneTimeCodesOtpauth(box),
    mails: countedMails(mailsMysql(db)),
    mailer,
    accountTokens: accountTokensMysql(db),
    linkTokens: linkTokensNode(kek),
    shopUrl: config.ISSUER_URL,
    keys,
    passwords,
    commonPasswords: commonPasswordsZxcvbn(),
    accessTokens: accessTokensJose({
      ring,
      issuer: config.ISSUER_URL,
      staffTotp: config.STAFF_TOTP,
      clock,
      ids,
    }),
    keyMaker: keyMakerJose(box),
    erasures: erasuresMysql(db),
    custodians: custodiansRpc(sidecar),
    receipts: receiptsJose({ keys, box, kek, issuer: config.ISSUER_URL }),
    secrets: secretsNode,
    clock,
    ids,
    log,
  }
}

/** What is done again and again: keys rotate, rows that nobody needs any more go. The relay prunes its outbox itself. */
const startSweepers = (config: Config, use: UseCases, { db, clock, log }: Parts) => {
  const sweepers = new AsyncDisposableStack()
  const prune = async () => {
    await use.prune()
    await pruneIdempotency(db, clock.now())
  }
  const keys = { name: 'signing-keys', everyMs: config.KEYS_EVERY_MS, run: use.rotateKeys, log }
  sweepers.use(startSweeper(keys))
  sweepers.use(startSweeper({ name: 'prune', everyMs: config.PRUNE_EVERY_MS, run: prune, log }))
  const mails = { name: 'mails', everyMs: config.MAIL_EVERY_MS, run: use.sendMails, log }
  sweepers.use(startSweeper(mails))
  const { ERASURES_EVERY_MS: everyMs } = config
  const erasures = { name: 'erasures', everyMs, run: use.settleErasures, log }
  sweepers.use(startSweeper(erasures))
  return { prune, [Symbol.asyncDispose]: () => sweepers.disposeAsync() }
}

const openStore = async (sidecar: Sidecar): Promise<Database> =>
  openDatabase({
    url: await sidecar.secret('mysql-user'),
    entities: [...userRows, ...oauthRows, outboxRows],
    migrations,
  })

/** This service verifies with its own keys, by the same rules as all others. */
const verifierOf = (use: UseCases, { ISSUER_URL: issuer }: Config, clock: Clock) =>
  tokenVerifier({ fetchJwks: use.getJwks, issuer, audience: tokenAudience, clock })

type Served = {
  readonly ports: Ports
  readonly use: UseCases
  readonly sealed: Sealed
  readonly verifier: TokenVerifier
}

/** The authorization server over the same accounts, sessions and keys as the shop's own login. */
const oauthOf = (config: Config, { ports, use, sealed, verifier }: Served) => {
  const { ISSUER_URL: issuer, STAFF_TOTP: staffTotp } = config
  const { ring, kek } = sealed
  const content = sealedContent(keyBoxFor('oauth state', kek))
  const adapter = adapters({ ...ports, content, resource: issuer })
  const rightsOf = (account: Account) => grantsOf(account, staffTotp)
  const made = { use, issuer, ring, verifier, adapter, rightsOf, count: countTokens() }
  return oauthServer({ ...ports, ...made })
}

/** Starts the user service. Disposing what it returns stops everything in reverse order. */
export const startUser = async (config: Config, overrides: PlatformOverrides = {}) => {
  await using starting = new AsyncDisposableStack()
  const platform = starting.use(await startPlatform(apps.user, config, overrides))
  const { sidecar, clock, ids, log } = platform
  const db = starting.use(await openStore(sidecar))
  const mailer = await openMailer(config, sidecar)
  const parts = { db, sidecar, clock, ids, log, mailer }
  const sealed = await unseal(parts)
  const passwords = await openPasswords(config)
  starting.use(watchHashes(passwords.waiting))
  starting.use(watchAccounts(db, clock))
  const ports = wire(config, parts, { sealed, passwords })
  const plain = userUseCases(ports)
  const use = { ...plain, ...countedEntrances(plain) }
  if (config.SHOP_ENV === 'production') await use.refuseDemoAccounts()
  await use.rotateKeys() // the first keys, before anybody can log in
  await ports.accessTokens.ready()
  const answers = keptAnswers(db, { clock })
  const verifier = verifierOf(use, config, clock)
  const oauth = oauthOf(config, { ports, use, sealed, verifier })
  starting.use(startRelay({ db, publish: sidecar.publish, log, clock }))
  const { prune } = starting.use(startSweepers(config, use, parts))
  starting.defer(() => mailer[Symbol.dispose]?.()) // first of all: the sweeper waits for what it sends
  const { port, httpPort } = starting.use(
    await platform.serve({
      services: [
        [UserServiceService, userRpc(use, answers)],
        [OAuthServiceService, oauthRpc(oauth)],
        [ClientServiceService, clientRpc(use, answers)],
      ],
      operations: { app: apps.user, audit: auditMysql(db), backlog: () => readBacklog(db, clock) },
      verifier,
      storeAnswers: () => db.query('SELECT 1'),
    }),
  )
  const running = starting.move()
  return { port, httpPort, prune, [Symbol.asyncDispose]: () => running.disposeAsync() }
}
