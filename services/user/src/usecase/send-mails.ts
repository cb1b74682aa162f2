import type { Account } from '../model/account.ts'
import { purposeOf } from '../model/account-token.ts'
import { letterOf } from '../model/letters.ts'
import {
  type DueMail,
  type MailKind,
  type MailOutcome,
  MailRefused,
  nextAttempt,
} from '../model/mail.ts'
import type { Ports } from '../model/ports.ts'

type Deps = Pick<
  Ports,
  | 'accounts'
  | 'mails'
  | 'mailer'
  | 'accountTokens'
  | 'linkTokens'
  | 'secrets'
  | 'shopUrl'
  | 'clock'
  | 'log'
>

const atOnce = 25

const pages: Partial<Record<MailKind, string>> = {
  verify_email: '/account/verify',
  reset_password: '/account/reset',
}

/** The token is behind the `#`, which browsers keep to themselves: no server's log and no `Referer` has it. */
const linkOf = ({ shopUrl, linkTokens }: Deps, { id, kind }: DueMail): string | undefined => {
  const page = pages[kind]
  return page && new URL(`${page}#token=${linkTokens.of(id)}`, shopUrl).href
}

/** Whom a mail is for, with its link made valid; undefined when nobody needs it any more. */
const recipientOf = async (deps: Deps, mail: DueMail): Promise<Account | undefined> => {
  const { accounts, accountTokens, linkTokens, secrets, clock } = deps
  const { id: mailId, accountId, kind } = mail
  if (accountId === undefined) return undefined
  const purpose = purposeOf(kind)
  if (purpose) {
    const digest = secrets.digest(linkTokens.of(mailId))
    const issue = { mailId, accountId, purpose, digest, at: clock.now() }
    if (!(await accountTokens.issue(issue))) return undefined
  }
  return accounts.byId(accountId)
}

const post = async (deps: Deps, mail: DueMail): Promise<MailOutcome> => {
  const recipient = await recipientOf(deps, mail)
  if (!recipient) return 'dropped'
  const letter = letterOf(mail.kind, { link: linkOf(deps, mail), shopUrl: deps.shopUrl })
  await deps.mailer.send({ id: mail.id, to: recipient.email, ...letter })
  return 'sent'
}

/**
 * Sends the mails whose time has come: each at least once, always under its own id. One that fails comes again later and later, and is
 * given up after half an hour.
 */
export const sendMails = (deps: Deps) => {
  const { mails, clock, log } = deps

  /** Undefined: it is tried again. */
  const afterFailure = async (mail: DueMail, cause: unknown): Promise<MailOutcome | undefined> => {
    const { id: mailId, kind, accountId: userId, attempt } = mail
    const fields = { event: 'mail.failed', mailId, kind, userId, attempt, cause }
    const again = cause instanceof MailRefused ? undefined : nextAttempt(attempt, clock.now())
    if (again) {
      log.warn(fields, 'a mail was not sent: later again')
      await mails.retryAt(mailId, again)
      return undefined
    }
    log.error(fields, 'a mail is given up: its owner may ask for another')
    return cause instanceof MailRefused ? 'refused' : 'given_up'
  }

  const sendOne = async (mail: DueMail): Promise<void> => {
    const outcome = await post(deps, mail).catch((cause: unknown) => afterFailure(mail, cause))
    if (outcome) await mails.end(mail, outcome, clock.now())
  }

  // One batch at a time: a service that stops waits for no more than that.
  return async (): Promise<void> => {
    const due = await mails.takeDue(atOnce, clock.now())
    await Promise.all(due.map(sendOne))
  }
}
