export * from './generated/micromart/events/v1/events.ts'
