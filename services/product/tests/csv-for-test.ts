import type { Shop } from './start-for-test.ts'

type Report = Awaited<ReturnType<Shop['importCsv']>>

/** What the report says, in short: `2 created`, `3 failed price_invalid`. */
export const outcomes = ({ rows }: Report) =>
  rows.map(({ line, outcome, code }) => [`${line}`, outcome, code].filter(Boolean).join(' '))

export const productOf = (shop: () => Shop) => async (idOrHandle: string) =>
  (await shop().staff.getAdminProduct({ idOrHandle })).product!

const header =
  'Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Grams,Variant Inventory Qty,Variant Price,Variant Compare At Price,Variant Barcode,Image Src,Image Position,Image Alt Text,Variant Image,Status'

/** A file of rows given by column name. */
export const csv = (...rows: Record<string, string>[]): string => {
  const names = header.split(',')
  const lines = rows.map((row) =>
    names.map((name) => `"${(row[name] ?? '').replaceAll('"', '""')}"`).join(','),
  )
  return [header, ...lines, ''].join('\n')
}

export const mug = (handle: string, over: Record<string, string> = {}) => ({
  Handle: handle,
  Title: 'Mug',
  'Variant SKU': `${handle}-1`,
  'Variant Price': '9.90',
  'Variant Inventory Qty': '5',
  ...over,
})
