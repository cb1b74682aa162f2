/**
 * For each rule of .dependency-cruiser.mjs a small tree that breaks it and nothing else need say why:
 * `scripts/checks/boundaries.mjs` fails when a rule misses its own.
 */
const file = (path, ...imports) => [path, imports.map((from) => `import '${from}'\n`).join('')]
const order = 'services/order/src'

export const badFixtures = {
  'model-imports': [file(`${order}/model/order.ts`, 'node:fs')],
  'usecase-imports': [
    file(`${order}/usecase/place-order.ts`, '../repository/orders-mysql.ts'),
    file(`${order}/repository/orders-mysql.ts`),
  ],
  'repository-never': [
    file(`${order}/repository/orders-mysql.ts`, '../usecase/place-order.ts'),
    file(`${order}/usecase/place-order.ts`),
  ],
  'client-never': [file(`${order}/client/stock-rpc.ts`, 'typeorm')],
  'handler-never': [
    file(`${order}/handler/rpc.ts`, '../repository/orders-mysql.ts'),
    file(`${order}/repository/orders-mysql.ts`),
  ],
  'crypto-never': [
    file('services/user/src/crypto/sign.ts', '../usecase/login.ts'),
    file('services/user/src/usecase/login.ts'),
  ],
  'oauth-never': [
    file('services/user/src/oauth/adapters.ts', '../repository/grants-mysql.ts'),
    file('services/user/src/repository/grants-mysql.ts'),
  ],
  'pkg-kernel': [file('pkg/kernel/src/index.ts', '@micromart/contracts')],
  'pkg-contracts': [file('pkg/contracts/src/index.ts', '@micromart/dapr')],
  'pkg-store': [file('pkg/store/src/index.ts', '@micromart/dapr')],
  'pkg-dapr': [file('pkg/dapr/src/index.ts', '@micromart/store')],
  'pkg-service': [file('pkg/service/src/index.ts', '@micromart/testing')],
  'pkg-testing': [
    file('pkg/testing/src/index.ts', '../../../gateway/src/service.ts'),
    file('gateway/src/service.ts'),
  ],
  'files-in-layers': [file(`${order}/service.ts`, './watchers.ts'), file(`${order}/watchers.ts`)],
  'services-apart': [
    file(`${order}/service.ts`, '../../cart/src/service.ts'),
    file('services/cart/src/service.ts'),
  ],
  'gateway-apart': [file('gateway/src/service.ts', '@micromart/store')],
  'express-in-gateway': [file(`${order}/service.ts`, 'express')],
  'sidecar-in-pkg-dapr': [file(`${order}/service.ts`, '@dapr/dapr')],
  'breaker-in-pkg-dapr': [file(`${order}/service.ts`, 'opossum')],
  'provider-in-oauth': [file('services/user/src/service.ts', 'oidc-provider')],
  'production-without-tests': [file(`${order}/service.ts`, '@micromart/testing')],
  'no-cycles': [file('pkg/kernel/src/a.ts', './b.ts'), file('pkg/kernel/src/b.ts', './a.ts')],
  'no-dangling': [file(`${order}/service.ts`, './absent.ts')],
}
