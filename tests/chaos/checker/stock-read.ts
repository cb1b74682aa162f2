/** Stock, live holds and the ledger of movements as one transaction saw them. */
export type StockRead = {
  readonly at: number
  readonly stock: readonly {
    readonly sku: string
    readonly onHand: number
    readonly held: number
  }[]
  /** Units in live holds, by sku. */
  readonly holds: Readonly<Record<string, number>>
  /** Sum of the movements, by sku. */
  readonly moved: Readonly<Record<string, number>>
}

/** I1 in one read: what is on hand follows from the movements, what is held from the holds, and nothing is below zero. */
export const stockFaults = ({ stock, holds, moved }: StockRead): readonly string[] =>
  stock.flatMap(({ sku, onHand, held }) => [
    ...(held < 0 || onHand < held ? [`${sku}: ${onHand} on hand, ${held} held`] : []),
    ...(held === (holds[sku] ?? 0)
      ? []
      : [`${sku}: ${held} held, but ${holds[sku] ?? 0} in live holds`]),
    ...(onHand === (moved[sku] ?? 0)
      ? []
      : [`${sku}: ${onHand} on hand, but movements sum to ${moved[sku] ?? 0}`]),
  ])
