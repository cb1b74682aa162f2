import { randomBytes } from 'node:crypto'
import { expect, it } from '@jest/globals'
import { ChargeOutcome, PaymentServiceService } from '@micromart/contracts/payment'
import { startFakeSidecar, testClient, testDatabase } from '@micromart/testing'
import { readConfig } from '../src/config.ts'
import { migrations } from '../src/repository/migrations/index.ts'
import { startPayment } from '../src/service.ts'
import { startFakeStripe } from './fake-stripe.ts'
import { aCharge, anOrderId } from './start-for-test.ts'

const common = {
  SHOP_ENV: 'local',
  APP_ID: 'payment',
  APP_PORT: '0',
  HTTP_PORT: '0',
  DAPR_GRPC_PORT: '1',
  DAPR_HTTP_PORT: '1',
  ISSUER_URL: 'http://127.0.0.1:8080',
  LOG_LEVEL: 'error',
}

it('charges at Stripe when it is told to, with the secrets of the store', async () => {
  await using database = await testDatabase('payment', migrations)
  await using sidecar = await startFakeSidecar({ appId: 'payment' })
  await using stripe = await startFakeStripe()
  sidecar.secret('mysql-payment', database.url)
  sidecar.secret('stripe-api-key', 'sk_test_123')
  sidecar.secret('stripe-webhook-secret', 'whsec_1, whsec_2')
  const config = readConfig({
    ...common,
    DAPR_GRPC_PORT: String(sidecar.grpcPort),
    DAPR_HTTP_PORT: String(sidecar.httpPort),
    PAYMENT_PROVIDER: 'stripe',
    STRIPE_URL: stripe.url,
    STRIPE_RETURN_URL: 'https://shop.example/orders',
  })
  await using payment = await startPayment(config)
  await using client = await testClient(PaymentServiceService, payment.port)
  const orderId = anOrderId()
  const charged = await client.as().charge(aCharge(orderId, 'pm_card_visa'))
  expect(charged.payment?.outcome).toBe(ChargeOutcome.CHARGE_OUTCOME_CAPTURED)
  expect(stripe.intents()).toMatchObject([
    { status: 'succeeded', amount: 1999, currency: 'eur', metadata: { order_id: orderId } },
  ])
  const books = await client.as().listProviderBooks({ afterOrderId: '', limit: 10 })
  expect(books).toEqual({ items: [], available: false })
})

it.each([
  ['the simulated provider', {}, 'PROVIDER_URL'],
  ['Stripe', { PAYMENT_PROVIDER: 'stripe' }, 'STRIPE_RETURN_URL'],
])('does not start without what %s needs', (_, env, missing) => {
  expect(() => readConfig({ ...common, ...env })).toThrow(missing)
})

it('S9 charges in production by nobody whom it was not told of', () => {
  const token = () => randomBytes(24).toString('base64url')
  const production = {
    ...common,
    SHOP_ENV: 'production',
    ISSUER_URL: 'https://shop.example.com',
    DAPR_API_TOKEN: token(),
    APP_API_TOKEN: token(),
    PROVIDER_URL: 'https://provider.example.com',
  }
  expect(() => readConfig(production)).toThrow('production says who charges: PAYMENT_PROVIDER')
  const chosen = readConfig({ ...production, PAYMENT_PROVIDER: 'simulated' })
  expect(chosen.PAYMENT_PROVIDER).toBe('simulated')
  expect(readConfig({ ...common, PROVIDER_URL: 'http://127.0.0.1:1' }).PAYMENT_PROVIDER).toBe(
    'simulated',
  )
})
