/**
 * The lines that the shop's security is judged by, in groups. A line is a text that tests hold by its number (`S31 ...`), or
 * `[text, { instead }]`: why no test has it. `missing` beside tests says what they leave out; `building` names who makes them, and
 * fails as soon as a test claims the line.
 */
export const checklistLines = [
  {
    title: 'Passwords and login',
    from: 1,
    lines: [
      'Passwords are kept as salted argon2id at today’s cost, and rehashed at login when the cost has grown',
      'Eight characters or more of any kind count as they are; nothing is demanded of their mix',
      'Common passwords and the shop’s own words are refused',
      'A password too long to be one is refused before it is hashed',
      'Changing it takes the present one and ends the other sessions',
      'Unknown account and wrong password cannot be told apart by answer or work',
      'Failures are slowed per account, shared and kept over restarts, before any hash; strangers lock nobody out',
      'A flood of logins waits and leaves the catalogue’s reads alone',
      'No account or secret is there by default, and production refuses weak ones',
      'Tokens in mails are random, short-lived, single-use and kept hashed, and asking for one tells nothing',
    ],
  },
  {
    title: 'OAuth 2 and OpenID Connect',
    from: 11,
    lines: [
      [
        'No password grant and no implicit flow; the shop’s own login is no grant',
        { building: 'the authorization server' },
      ],
      ['PKCE with S256 on every code', { building: 'the authorization server' }],
      [
        'Redirect addresses are compared whole, and refused ones are not followed',
        { building: 'the authorization server' },
      ],
      [
        'A code serves once, for a minute, its client and its address; a second use takes back what the first gave',
        { building: 'the authorization server' },
      ],
      'A refresh token serves once; reuse ends its family, and families end some day',
      [
        'Answers name the issuer, and the metadata the exact one',
        { building: 'the authorization server' },
      ],
      [
        'Forms are followed by 303, pages are in no frame, tokens in no cache',
        { building: 'the authorization server' },
      ],
      [
        'Confidential clients prove themselves at every endpoint that asks, in constant time',
        { building: 'the authorization server' },
      ],
      'No client is ever taken for a user',
      [
        'Scopes are bounded per client, and a token without one does nothing',
        { building: 'the authorization server' },
      ],
      [
        'State and nonce are checked, and no redirect is open',
        { building: 'the authorization server' },
      ],
      'What was taken away stops working: refresh at once, access within five minutes',
    ],
  },
  {
    title: 'Tokens',
    from: 23,
    lines: [
      'One algorithm; none, shared secrets, other curves, empty and altered signatures are refused',
      'The key id only chooses among our keys; keys and addresses inside a token are not looked at',
      'Only an access token is one',
      'Issuer, audience, times and every claim are checked',
      'Keys rotate without a refused request, and strangers’ key ids cost no flood of fetches',
      'Private keys come from the secret store and leave no process',
      'A token is small',
    ],
  },
  {
    title: 'Who may do what',
    from: 30,
    lines: [
      'Every route and every kind of caller: who may, who is refused',
      'Another’s id is answered as an unknown one, wherever it stands, and changes nothing',
      'A service decides by the user’s own token, not by who passed the call on',
      'Fields that are not the client’s to set are refused and stay as they are',
      'Nobody gives rights beyond their own, one administrator stays, and changes are audited',
      'Steps out of their order are refused: ship before pay, refund before capture, cancel after ship',
      'Quantities, lines, checkouts and open orders are bounded',
    ],
  },
  {
    title: 'Gateway and HTTP',
    from: 37,
    lines: [
      'What a client says about itself reaches no service',
      'No spelling of a path reaches what the route table does not name',
      'A request hidden in another is 400, and the connection ends',
      'A method that a path does not declare is 405',
      'Bodies are counted as they arrive, never inflated, of the declared type',
      'JSON is bounded in depth, counts, keys, numbers and texts before it is a value',
      'No body, query or header changes the prototype of objects',
      'A repeated query key is refused, everywhere alike',
      'Pages are bounded; sorts and filters come from a list',
      'No pattern of our own can be made slow',
      'Slow and idle clients are cut, and a thousand of them stop nobody',
      'Requests are counted per address and account, logins and checkouts more strictly',
      'Other sites call only from a list of whole origins',
      'Every answer has the security headers, refusals too',
      'The cart’s cookie is bound to host and site, and opens nothing across sites',
      'An error says nothing of the inside',
      'What is personal is kept by no cache, under no name',
    ],
  },
  {
    title: 'Inside',
    from: 54,
    lines: [
      'RPCs are bounded in size and time, tell nobody their interface, and take unknown values for none',
      'Texts never become SQL',
      'No address that a user names is ever fetched',
      'Sidecars and apps know each other by tokens, lists, identities and scopes: allowed and refused',
      'Components hold references to secrets; an account of the database reaches its own schema and no DDL',
      'No secret in history, logs, images or errors, and secrets rotate without a pause',
      'Security events are logged, without secrets, in whole lines',
      'Metrics, logs and details of health are not outside',
      'A provider’s notice is believed by its signature over the bytes, in time, once',
      'A card’s number comes in nowhere and is in no log',
      'Fifty at once have one effect',
      'Without keys, users or policy the doors stay shut',
      'What nobody caught is logged, and the process ends without half a work',
      'A hostile provider breaks nothing',
      'Routes, document and matrix are the same list',
      'Packages come by lockfile, without their scripts',
      [
        'Containers have no root, no rights, no shell and pinned bases',
        {
          instead:
            'no image is built yet; `npm run audit` checks `deploy/` as soon as there is one',
        },
      ],
      'Decisions survive clocks that are five minutes apart',
      'After a flood of wrong passwords the right one gets in within seconds',
    ],
  },
]
