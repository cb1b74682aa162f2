import { apps } from '../names.ts'
import type { Metrics } from './metric.ts'

const gauge = { kind: 'gauge', labels: {}, apps: [apps.user] } as const

/** Accounts and how they are entered. */
export const userMetrics = {
  micromart_auth_attempts_total: {
    kind: 'counter',
    unit: 'none',
    help: 'Logins, registrations and refreshes, by outcome',
    labels: {
      flow: ['login', 'page', 'register', 'refresh'],
      outcome: ['ok', 'wrong', 'code_required', 'code_wrong', 'throttled', 'busy', 'reused'],
    },
    apps: [apps.user],
  },
  micromart_oauth_tokens_total: {
    kind: 'counter',
    unit: 'none',
    help: 'Requests for OAuth tokens, by grant type and outcome',
    labels: {
      grant: ['authorization_code', 'refresh_token', 'client_credentials', 'other'],
      outcome: [
        'ok',
        'reused',
        'invalid_grant',
        'invalid_client',
        'invalid_scope',
        'invalid_request',
        'other',
      ],
    },
    apps: [apps.user],
  },
  micromart_mails_total: {
    kind: 'counter',
    unit: 'none',
    help: 'Mails by kind and how they ended',
    labels: {
      kind: [
        'verify_email',
        'reset_password',
        'password_changed',
        'second_factor_on',
        'second_factor_off',
      ],
      outcome: ['sent', 'dropped', 'refused', 'given_up'],
    },
    apps: [apps.user],
  },
  micromart_mails_waiting: { ...gauge, unit: 'none', help: 'Mails that are not out yet' },
  micromart_mails_oldest_age_seconds: {
    ...gauge,
    unit: 'seconds',
    help: 'Time since the oldest of them was queued; 0 without one',
  },
  micromart_erasures_open: {
    ...gauge,
    unit: 'none',
    help: 'Persons whose data is not erased everywhere yet',
  },
  micromart_erasures_oldest_age_seconds: {
    ...gauge,
    unit: 'seconds',
    help: 'Time since the first of them asked for it; 0 without one',
  },
  micromart_password_hashes_waiting: {
    ...gauge,
    unit: 'none',
    help: 'Passwords that wait for their turn to be hashed',
  },
} as const satisfies Metrics
