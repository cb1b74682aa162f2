import {
  type Cart,
  type FrozenCart,
  type Line,
  type MemberKey,
  mostLines,
  mostRemembered,
  mostUnits,
} from './cart.ts'
import { remembered } from './memory.ts'

/** A guest's cart, given to a member. From here on its token is worth nothing. */
export const frozen = ({ id, lines, takenOrders }: Cart, mergedInto: MemberKey): FrozenCart => ({
  state: 'frozen',
  id,
  mergedInto,
  applied: false,
  lines,
  takenOrders,
})

/** The tombstone that remains when a frozen cart's contents are in the member's cart. */
export const applied = (guest: FrozenCart): FrozenCart => ({
  ...guest,
  applied: true,
  lines: [],
  takenOrders: [],
})

const together = (one: Line, other: Line): Line => {
  const [older, newer] = one.addedAt <= other.addedAt ? [one, other] : [other, one]
  const quantity = Math.min(mostUnits, one.quantity + other.quantity)
  return { ...newer, quantity, addedAt: older.addedAt }
}

/**
 * Lines of both: quantities of one sku added up to 99. The 100 oldest stay, whichever cart they came from: a choice
 * by the lines alone makes the order of merging irrelevant.
 */
export const mergedLines = (one: readonly Line[], other: readonly Line[]): readonly Line[] => {
  const bySku = new Map<string, Line>()
  for (const line of [...one, ...other]) {
    const known = bySku.get(line.sku)
    bySku.set(line.sku, known ? together(known, line) : line)
  }
  return [...bySku.values()]
    .toSorted((a, b) => a.addedAt - b.addedAt || (a.sku < b.sku ? -1 : 1))
    .slice(0, mostLines)
}

/** Applies a frozen guest cart to the member's cart, once under its id: the same cart when it is already in it. */
export const absorbed = (member: Cart, guest: FrozenCart, version: string): Cart => {
  if (guest.applied || member.mergedCarts.includes(guest.id)) return member
  const hasLines = guest.lines.length > 0
  return {
    ...member,
    lines: hasLines ? mergedLines(member.lines, guest.lines) : member.lines,
    version: hasLines ? version : member.version,
    takenOrders: remembered(member.takenOrders, guest.takenOrders),
    mergedCarts: [...member.mergedCarts, guest.id].slice(-mostRemembered),
  }
}
