import type { Route } from '../http/route.ts'
import { accountPageRoutes } from './account-pages.ts'
import { addressRoutes } from './addresses.ts'
import { adminAuditRoutes } from './admin-audit.ts'
import { adminCategoryRoutes } from './admin-categories.ts'
import { adminBooksRoutes } from './admin-books.ts'
import { adminClientRoutes } from './admin-clients.ts'
import { adminDeadLetterRoutes } from './admin-dead-letters.ts'
import { adminFileRoutes } from './admin-files.ts'
import { adminFulfilmentRoutes } from './admin-fulfilment.ts'
import { adminOrderRoutes } from './admin-orders.ts'
import { adminProductRoutes } from './admin-products.ts'
import { adminStockRoutes } from './admin-stock.ts'
import { adminUserRoutes } from './admin-users.ts'
import { authRoutes } from './auth.ts'
import { cartRoutes } from './cart.ts'
import { catalogueRoutes } from './catalogue.ts'
import { documentRoutes } from './docs.ts'
import { healthRoutes } from './health.ts'
import { keyRoutes } from './keys.ts'
import { mailboxRoutes } from './mailbox.ts'
import { meRoutes } from './me.ts'
import { oauthRoutes } from './oauth.ts'
import { orderRoutes } from './orders.ts'
import { sessionRoutes } from './sessions.ts'
import { totpRoutes } from './totp.ts'
import { webhookRoutes } from './webhooks.ts'

/** Every route there is: what is served, documented and in the authorisation matrix. */
export const table: readonly Route[] = [
  ...catalogueRoutes,
  ...authRoutes,
  ...mailboxRoutes,
  ...meRoutes,
  ...totpRoutes,
  ...sessionRoutes,
  ...addressRoutes,
  ...cartRoutes,
  ...orderRoutes,
  ...adminProductRoutes,
  ...adminFileRoutes,
  ...adminCategoryRoutes,
  ...adminStockRoutes,
  ...adminOrderRoutes,
  ...adminFulfilmentRoutes,
  ...adminUserRoutes,
  ...adminClientRoutes,
  ...adminDeadLetterRoutes,
  ...adminAuditRoutes,
  ...adminBooksRoutes,
  ...webhookRoutes,
  ...keyRoutes,
  ...oauthRoutes,
  ...healthRoutes,
  ...documentRoutes,
  ...accountPageRoutes,
]
