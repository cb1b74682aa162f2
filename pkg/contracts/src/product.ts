export * from './generated/micromart/product/v1/product.ts'
