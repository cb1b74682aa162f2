export { type Access, accessOf } from './access.ts'
export {
  type App,
  apps,
  components,
  deadLetterTopic,
  idempotencyHeaders,
  subscriptions,
  tokenAudience,
  type Topic,
  topics,
} from './names.ts'
