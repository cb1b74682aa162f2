export { type Access, accessOf } from './access.ts'
export {
  type App,
  apps,
  components,
  deadLetterTopic,
  idempotencyHeaders,
  originHeaders,
  ownClientId,
  subscriptions,
  tokenAudience,
  type Topic,
  topics,
} from './names.ts'
