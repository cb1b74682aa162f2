import { apps } from '@micromart/contracts'
import { metrics } from '@opentelemetry/api'
import type { AuthWatch } from './model/ports.ts'

/** Counts logins, registrations and refreshes by how they ended. */
export const authWatch = (): AuthWatch => {
  const attempts = metrics
    .getMeter(`@micromart/${apps.user}`)
    .createCounter('micromart_auth_attempts_total', {
      description: 'Logins, registrations and refreshes, by outcome',
    })
  return (flow, outcome) => attempts.add(1, { flow, outcome })
}
