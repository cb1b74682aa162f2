import { NoticeInvalid, ProviderNotFound, SignatureInvalid } from '../model/errors.ts'
import type { Heard } from '../model/account.ts'
import { hear, type News, type ProviderNotice } from '../model/notice.ts'
import type { Ports } from '../model/ports.ts'
import type { RawNotice } from '../model/provider.ts'

type Deps = Pick<Ports, 'notices' | 'provider' | 'clock' | 'ids' | 'log'>

export type NoticeCommand = RawNotice & { readonly provider: string }

/** Who forges notices is told to those who watch, without a word of what was sent. */
const read = ({ provider, clock, log }: Deps, raw: RawNotice): ProviderNotice => {
  try {
    return provider.readNotice(raw, clock.now())
  } catch (error) {
    const facts = { provider: provider.name, bytes: raw.body.byteLength }
    if (error instanceof SignatureInvalid) {
      const event = 'security.webhook_signature'
      log.warn({ event, reason: error.reason, ...facts }, 'a webhook is not signed by the provider')
    }
    if (error instanceof NoticeInvalid) log.warn(facts, 'a signed webhook cannot be read')
    throw error
  }
}

/** What somebody has to look at. */
const isBad = (news: News): boolean =>
  news.kind === 'disputed' || (news.kind === 'refund' && news.outcome === 'refused')

/** Tells those who watch what is out of the ordinary. */
const tell = ({ log }: Deps, { eventId, type, about, news }: ProviderNotice, change: Heard) => {
  const facts = { eventId, type, ...about }
  const { unbooked, late, foreign } = change ?? {}
  if (unbooked) log.error(facts, 'a webhook tells of money that the books cannot hold')
  if (late) log.warn(facts, 'money came for a payment that had ended: it goes back')
  if (foreign?.origin === 'desk') log.info(facts, 'money was given back at the provider’s desk')
  if (isBad(news)) log.warn(facts, 'a webhook tells bad news')
}

/**
 * Takes what a provider tells by itself, once per event: late, repeated, out of order or of unknown type it changes nothing.
 * @returns whether it told something new
 * @throws ProviderNotFound, SignatureInvalid, NoticeInvalid, NoticeTooEarly
 */
export const receiveNotice =
  (deps: Deps) =>
  async ({ provider: from, ...raw }: NoticeCommand): Promise<boolean> => {
    const { notices, provider, clock, ids, log } = deps
    if (from !== provider.name) throw new ProviderNotFound()
    const notice = read(deps, raw)
    const { eventId, type, about, news } = notice
    if (about === undefined || news.kind === 'nothing') {
      log.info({ eventId, type }, 'a webhook tells nothing of ours')
      return false
    }
    let change: Heard
    const applied = await notices.receive(notice, from, (account) => {
      change = hear(account, news, { now: clock.now(), ids })
      return change
    })
    if (applied) tell(deps, notice, change)
    return applied
  }
