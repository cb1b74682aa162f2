import { type Browser, browser, type Exchange } from '@micromart/testing'
import { shop } from './shop.ts'

const overHttp: Exchange = async ({ method, url, headers, body }) => {
  const answer = await fetch(url, {
    method,
    headers,
    redirect: 'manual',
    ...(body !== undefined && { body }),
    signal: AbortSignal.timeout(20_000),
  })
  const single = [...answer.headers].filter(([name]) => name !== 'set-cookie')
  const cookies = answer.headers.getSetCookie().map((value) => ['set-cookie', value] as const)
  return { status: answer.status, headers: [...single, ...cookies], body: await answer.text() }
}

/** A browser at the pages of the running shop. @param userAgent what it calls itself */
export const shopBrowser = (userAgent = 'Browser of the tests'): Browser => {
  const named: Exchange = (request) =>
    overHttp({ ...request, headers: { ...request.headers, 'user-agent': userAgent } })
  return browser(new URL(shop.gateway).origin, named)
}
