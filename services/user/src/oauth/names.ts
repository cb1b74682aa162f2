/** The paths of the authorization server; the gateway has a row for each. */
export const paths = {
  authorization: '/oauth2/authorize',
  token: '/oauth2/token',
  jwks: '/oauth2/jwks',
  userinfo: '/oauth2/userinfo',
  introspection: '/oauth2/introspect',
  revocation: '/oauth2/revoke',
  end_session: '/oauth2/logout',
} as const

const people = [paths.authorization, paths.end_session]

/** Whether people look at what a path answers: what is wrong there is said in a page, whatever the request accepts. */
export const isPage = (path: string): boolean =>
  people.some((page) => path === page || path.startsWith(`${page}/`))

const interactions = '/oauth2/interaction'

/** The page on which somebody logs in, or is asked; `step` is where its form goes. */
export const interactionPath = (uid: string, step?: string): string =>
  step === undefined ? `${interactions}/${uid}` : `${interactions}/${uid}/${step}`

/** @returns undefined for a path that is no interaction's */
export const interactionOf = (path: string): { uid: string; step: string } | undefined => {
  const [, uid, step = ''] = /^\/oauth2\/interaction\/([\w-]+)(?:\/(\w+))?$/.exec(path) ?? []
  return uid === undefined ? undefined : { uid, step }
}

/**
 * Cookies that no other host, and no plain connection, can plant (RFC 6265bis 4.1.3), where the shop speaks HTTPS; on a plain
 * local port their plain names.
 */
export const cookieNames = (isHttps: boolean) => ({
  session: isHttps ? '__Host-mm_session' : 'mm_session',
  interaction: isHttps ? '__Secure-mm_interaction' : 'mm_interaction',
  resume: isHttps ? '__Secure-mm_resume' : 'mm_resume',
})

/** Under this name the login itself stands among the clients of a browser's session: it ends with its logout. */
export const signInName = 'sign-in'
