export * from './generated/micromart/ops/v1/ops.ts'
