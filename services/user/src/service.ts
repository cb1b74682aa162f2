import { apps, tokenAudience } from '@micromart/contracts'
import { UserServiceService } from '@micromart/contracts/user'
import type { Sidecar } from '@micromart/dapr'
import type { Clock } from '@micromart/kernel'
import {
  type Platform,
  type PlatformOverrides,
  startPlatform,
  tokenVerifier,
} from '@micromart/service'
import {
  type Database,
  openDatabase,
  outboxRows,
  pruneIdempotency,
  readBacklog,
  startRelay,
  startSweeper,
} from '@micromart/store'
import type { Config } from './config.ts'
import { accessTokensJose } from './crypto/access-tokens-jose.ts'
import { commonPasswordsZxcvbn } from './crypto/common-passwords-zxcvbn.ts'
import { keyBox } from './crypto/key-box.ts'
import { keyMakerJose } from './crypto/keys-jose.ts'
import { oneTimeCodesOtpauth } from './crypto/one-time-codes-otpauth.ts'
import { passwordsArgon2 } from './crypto/passwords-argon2.ts'
import { secretsNode } from './crypto/secrets-node.ts'
import { userRpc } from './handler/rpc.ts'
import { countedEntrances, countedSessions, watchHashes } from './metrics.ts'
import type { Ports } from './model/ports.ts'
import { accountsMysql } from './repository/accounts-mysql.ts'
import { addressesMysql } from './repository/addresses-mysql.ts'
import { keptAnswers } from './repository/kept-answers-mysql.ts'
import { loginFailuresMysql } from './repository/login-failures-mysql.ts'
import { migrations } from './repository/migrations/index.ts'
import { userRows } from './repository/rows.ts'
import { secondFactorsMysql } from './repository/second-factors-mysql.ts'
import { sessionsMysql } from './repository/sessions-mysql.ts'
import { signingKeysMysql } from './repository/signing-keys-mysql.ts'
import { type UseCases, userUseCases } from './usecase/index.ts'

type Parts = Pick<Platform, 'sidecar' | 'clock' | 'ids' | 'log'> & { readonly db: Database }

const openPasswords = (config: Config) => {
  const cost = { memoryKib: config.ARGON2_MEMORY_KIB, passes: config.ARGON2_PASSES, lanes: 1 }
  const limits = { running: config.HASHES_RUNNING, waiting: config.HASHES_WAITING }
  return passwordsArgon2(cost, limits, secretsNode.token())
}

const wire = async (
  config: Config,
  parts: Parts,
  passwords: Ports['passwords'],
): Promise<Ports> => {
  const { db, sidecar, clock, ids, log } = parts
  const box = keyBox(await sidecar.secret('signing-kek'))
  const keys = signingKeysMysql(db)
  return {
    accounts: accountsMysql(db, ids),
    sessions: countedSessions(sessionsMysql(db)),
    addresses: addressesMysql(db),
    failures: loginFailuresMysql(db),
    secondFactors: secondFactorsMysql(db),
    oneTimeCodes: oneTimeCodesOtpauth(box),
    keys,
    passwords,
    commonPasswords: commonPasswordsZxcvbn(),
    accessTokens: accessTokensJose({ keys, box, issuer: config.ISSUER_URL, clock, ids }),
    keyMaker: keyMakerJose(box),
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
  return { prune, [Symbol.asyncDispose]: () => sweepers.disposeAsync() }
}

const openStore = async (sidecar: Sidecar): Promise<Database> =>
  openDatabase({
    url: await sidecar.secret('mysql-user'),
    entities: [...userRows, outboxRows],
    migrations,
  })

/** This service verifies with its own keys, by the same rules as all others. */
const verifierOf = (use: UseCases, { ISSUER_URL: issuer }: Config, clock: Clock) =>
  tokenVerifier({ fetchJwks: use.getJwks, issuer, audience: tokenAudience, clock })

/** Starts the user service. Disposing what it returns stops everything in reverse order. */
export const startUser = async (config: Config, overrides: PlatformOverrides = {}) => {
  await using starting = new AsyncDisposableStack()
  const platform = starting.use(await startPlatform(apps.user, config, overrides))
  const { sidecar, clock, ids, log } = platform
  const db = starting.use(await openStore(sidecar))
  const parts = { db, sidecar, clock, ids, log }
  const passwords = await openPasswords(config)
  starting.use(watchHashes(passwords.waiting))
  const ports = await wire(config, parts, passwords)
  const plain = userUseCases(ports)
  const use = { ...plain, ...countedEntrances(plain) }
  await use.rotateKeys() // the first keys, before anybody can log in
  await ports.accessTokens.ready()
  const answers = keptAnswers(db, { clock })
  starting.use(startRelay({ db, publish: sidecar.publish, log, clock }))
  const { prune } = starting.use(startSweepers(config, use, parts))
  const { port, httpPort } = starting.use(
    await platform.serve({
      services: [[UserServiceService, userRpc(use, answers)]],
      operations: { app: apps.user, backlog: () => readBacklog(db, clock) },
      verifier: verifierOf(use, config, clock),
      storeAnswers: () => db.query('SELECT 1'),
    }),
  )
  const running = starting.move()
  return { port, httpPort, prune, [Symbol.asyncDispose]: () => running.disposeAsync() }
}
