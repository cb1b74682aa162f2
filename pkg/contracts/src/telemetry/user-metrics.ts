import { apps } from '../names.ts'
import type { Metrics } from './metric.ts'

/** Accounts and how they are entered. */
export const userMetrics = {
  micromart_auth_attempts_total: {
    kind: 'counter',
    unit: 'none',
    help: 'Logins, registrations and refreshes, by outcome',
    labels: {
      flow: ['login', 'register', 'refresh'],
      outcome: ['ok', 'wrong', 'code_required', 'code_wrong', 'throttled', 'busy', 'reused'],
    },
    apps: [apps.user],
  },
  micromart_password_hashes_waiting: {
    kind: 'gauge',
    unit: 'none',
    help: 'Passwords that wait for their turn to be hashed',
    labels: {},
    apps: [apps.user],
  },
} as const satisfies Metrics
