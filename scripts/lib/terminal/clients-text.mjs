const line = ({ id, name, grantTypes, tokenEndpointAuthMethod, scopes }) =>
  [
    id,
    name,
    grantTypes.includes('authorization_code') ? 'application' : 'machine',
    tokenEndpointAuthMethod,
    scopes.join(' '),
  ].join('  ')

/** Clients, newest first, a line each. */
export const clientsText = (clients) =>
  clients.length === 0
    ? 'No clients yet: "npm run clients -- add --help" says how to register one.'
    : clients.map(line).join('\n')

/** A client with its secret, which is told here and never again. */
export const addedText = ({ secret, ...client }) =>
  [
    `client_id      ${client.id}`,
    secret === null ? '' : `client_secret  ${secret}   (kept nowhere: note it now)`,
    `scope          ${client.scopes.join(' ')}`,
    ...client.redirectUris.map((uri) => `redirect_uri   ${uri}`),
  ]
    .filter(Boolean)
    .join('\n')
