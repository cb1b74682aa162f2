import { NoticeInvalid, ProviderNotFound, SignatureInvalid } from '../model/errors.ts'
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
    let unbooked: boolean | undefined
    const applied = await notices.receive(notice, from, (account) => {
      const change = hear(account, news, { now: clock.now(), ids })
      unbooked = change?.unbooked
      return change
    })
    if (applied && unbooked) {
      log.error({ eventId, type, ...about }, 'a webhook tells of money that the books cannot hold')
    }
    if (applied && isBad(news)) log.warn({ eventId, type, ...about }, 'a webhook tells bad news')
    return applied
  }
