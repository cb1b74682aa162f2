import type { Money } from '@micromart/kernel'

/** What is wanted of one sku, in units. */
export type WantedLine = { readonly sku: string; readonly quantity: number }

/** A line that product holds, at the price it froze. */
export type HeldLine = WantedLine & { readonly title: string; readonly unitPrice: Money }

/** A sku of which less can be had than is wanted. */
export type Shortage = { readonly sku: string; readonly available: number }

/** Answer of product.HoldStock: every line or none. A released hold reads as refused, without shortages. */
export type Hold =
  | { readonly held: true; readonly lines: readonly HeldLine[] }
  | { readonly held: false; readonly shortages: readonly Shortage[] }
