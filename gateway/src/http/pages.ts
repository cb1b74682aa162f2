/** Where people look at pages and send their forms: no other site's script reads these, and their errors are for people, too. */
const pagePath = /^\/oauth2\/(?:authorize|interaction|logout)(?:\/|$)/

export const isPage = (path: string): boolean => pagePath.test(path)
