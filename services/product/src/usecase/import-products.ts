import {
  type Acting,
  type Clock,
  DomainError,
  type Ids,
  type Log,
  minorDigits,
} from '@micromart/kernel'
import { type AuditedAct, categoryAudit, importAudit } from '../model/audit.ts'
import { type CategoryIndex, categoryIndex } from '../model/category-index.ts'
import type { CsvRecord, Row } from '../model/csv-row.ts'
import { HandleTaken } from '../model/errors.ts'
import { type Plan, type PlanContext, planProduct, type RowReport } from '../model/import-plan.ts'
import type { Categories, CleanHtml, Products, Stock } from '../model/ports.ts'
import { availableUnits, type Product } from '../model/product.ts'
import { batchesOf, type Group, groupsOf } from './import-groups.ts'

type Deps = {
  readonly products: Products
  readonly categories: Categories
  readonly stock: Stock
  readonly cleanHtml: CleanHtml
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
  readonly currency: string
}

export type ImportOptions = {
  /** Reports what an import would do and writes nothing. */
  readonly dryRun: boolean
  /** Sets the stock of known variants too. */
  readonly setStock: boolean
}

type RowsOf = { readonly handle: string; readonly rows: readonly Row[] }

/** What one import remembers from batch to batch. */
type ImportState = {
  /** Skus that went in, and the handles met: texts only, so that a large file stays small in memory. */
  readonly skus: Set<string>
  readonly handles: Set<string>
  categories: CategoryIndex
  /** Decimals of the currency. */
  readonly digits: number
  /** Who imports, and under which id the audit log has it. */
  readonly act: Omit<AuditedAct, 'action'>
  /** Dry run: products as they would be, the newest ones. */
  readonly planned: Map<string, Product>
}

const mostPlanned = 1_000
/** Longer than this planning does not hold the thread. */
const longestTurnMs = 5

const otherWork = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const remember = ({ planned }: ImportState, product: Product): void => {
  planned.delete(product.handle)
  planned.set(product.handle, product)
  const [oldest] = planned.keys()
  if (planned.size > mostPlanned && oldest !== undefined) planned.delete(oldest)
}

const skusOf = (groups: readonly RowsOf[]): readonly string[] => [
  ...new Set(groups.flatMap(({ rows }) => rows.flatMap(({ cells }) => cells.sku || []))),
]

/** Plans the products of a batch against what is stored; two reads, however many they are. */
const planAll = async (
  deps: Deps,
  groups: readonly RowsOf[],
  state: ImportState,
): Promise<readonly Plan[]> => {
  const { products, clock, ids, cleanHtml, currency } = deps
  const [stored, owners] = await Promise.all([
    products.findByHandles(groups.map(({ handle }) => handle)),
    products.ownersOf(skusOf(groups)),
  ])
  const byHandle = new Map(stored.map((product) => [product.handle, product]))
  const own = new Set<string>()
  const seen = { has: (sku: string) => state.skus.has(sku) || own.has(sku) }
  const plans: Plan[] = []
  let since = performance.now()
  for (const { handle, rows } of groups) {
    const context: PlanContext = {
      before: state.planned.get(handle) ?? byHandle.get(handle),
      again: state.handles.has(handle),
      seen,
      owners,
      categoryOf: state.categories.find,
      cleanHtml,
      ids,
      now: clock.now(),
      currency,
      digits: state.digits,
    }
    const plan = planProduct(rows, context)
    for (const sku of plan.skus) own.add(sku)
    plans.push(plan)
    if (performance.now() - since > longestTurnMs) {
      await otherWork() // shoppers' calls wait on this very thread
      since = performance.now()
    }
  }
  return plans
}

/** Stores the categories that the plans call for. Somebody else may have added one: then all are read again. */
const storeCategories = async (deps: Deps, state: ImportState): Promise<boolean> => {
  const { categories, ids, clock } = deps
  try {
    for (const category of state.categories.takeWanted()) {
      await categories.add(category, categoryAudit(state.act.by, category, clock.now()))
    }
    return true
  } catch (error) {
    if (!(error instanceof HandleTaken)) throw error
    state.categories = categoryIndex(await categories.all(), ids)
    return false
  }
}

const save = async (deps: Deps, plans: readonly Plan[], state: ImportState): Promise<void> => {
  if (!(await storeCategories(deps, state))) throw new DomainError('conflict', 'category_changed')
  const writes = plans.flatMap(({ before, after }) => (after ? [{ before, after }] : []))
  const entry = importAudit(state.act, writes, deps.clock.now())
  await deps.products.save(writes, 'import', entry)
}

const attempts = 3

const failedPlan = (plan: Plan, { code }: DomainError): Plan => ({
  ...plan,
  after: undefined,
  skus: [],
  quantities: new Map(),
  reports: plan.reports.map((report) =>
    report.outcome === 'failed'
      ? report
      : { ...report, outcome: 'failed', code, message: 'the product could not be written' },
  ),
})

/** One product by itself, planned anew when somebody changed it meanwhile. */
const writeOne = async (
  deps: Deps,
  group: RowsOf,
  state: ImportState,
): Promise<readonly Plan[]> => {
  for (let attempt = 1; ; attempt += 1) {
    const plans = await planAll(deps, [group], state)
    try {
      await save(deps, plans, state)
      return plans
    } catch (error) {
      if (!(error instanceof DomainError) || error.kind === 'unavailable') throw error
      if (attempt === attempts) return plans.map((plan) => failedPlan(plan, error))
    }
  }
}

/** All products of a batch in one transaction; if that cannot be, one by one. */
const writeAll = async (
  deps: Deps,
  groups: readonly RowsOf[],
  state: ImportState,
): Promise<readonly Plan[]> => {
  const plans = await planAll(deps, groups, state)
  try {
    await save(deps, plans, state)
    return plans
  } catch (error) {
    if (!(error instanceof DomainError) || error.kind === 'unavailable') throw error
    deps.log.info({ cause: error }, 'a batch of the import goes in product by product')
  }
  const single: Plan[] = []
  for (const group of groups) {
    const written = await writeOne(deps, group, state)
    for (const sku of written.flatMap(({ skus }) => skus)) state.skus.add(sku)
    single.push(...written)
  }
  return single
}

type Level = 'changed' | 'same' | 'below_held'

/** What setting the stock does, or would do. */
const levelsOf = async (
  { stock }: Deps,
  plans: readonly Plan[],
  { act }: ImportState,
  dryRun: boolean,
): Promise<ReadonlyMap<string, Level>> => {
  if (!dryRun) {
    const wanted = plans.flatMap(({ quantities }) => [...quantities])
    const levels = new Map(wanted.map(([sku, { units }]) => [sku, units]))
    return stock.setOnHand(levels, { ...act, action: 'catalogue.import' })
  }
  return new Map(
    plans.flatMap(({ before, quantities }) =>
      (before?.variants ?? []).flatMap(({ sku, stock: level }): [string, Level][] => {
        const units = quantities.get(sku)?.units
        if (units === undefined) return []
        const delta = units - level.onHand
        if (delta === 0) return [[sku, 'same']]
        return [[sku, availableUnits(level) + delta < 0 ? 'below_held' : 'changed']]
      }),
    ),
  )
}

const withLevels = (
  { reports, quantities }: Plan,
  levels: ReadonlyMap<string, Level>,
): readonly RowReport[] => {
  const byLine = new Map([...quantities].map(([sku, { line }]) => [line, levels.get(sku)]))
  return reports.map((report) => {
    const level = byLine.get(report.line)
    if (level === 'below_held') {
      const message = 'more units are held by orders'
      return { ...report, outcome: 'failed', code: 'stock_below_held', message }
    }
    const changed = level === 'changed' && report.outcome === 'unchanged'
    return changed ? { ...report, outcome: 'updated' } : report
  })
}

const runBatch = async (
  deps: Deps,
  batch: readonly Group[],
  { dryRun, setStock }: ImportOptions,
  state: ImportState,
): Promise<readonly RowReport[]> => {
  const groups = batch.filter((group) => group.kind === 'rows')
  const plans = await (dryRun ? planAll : writeAll)(deps, groups, state)
  for (const { skus, after } of plans) {
    for (const sku of skus) state.skus.add(sku)
    if (dryRun && after) remember(state, after)
  }
  for (const { handle } of groups) state.handles.add(handle)
  const levels = setStock ? await levelsOf(deps, plans, state, dryRun) : new Map<string, Level>()
  const failures = batch.flatMap((group) => (group.kind === 'failure' ? [group.report] : []))
  return [...failures, ...plans.flatMap((plan) => withLevels(plan, levels))].toSorted(
    (left, right) => left.line - right.line,
  )
}

/**
 * Brings a Shopify CSV into the catalogue, batch by batch, and reports every row as its batch is done. Idempotent by handle
 * and sku; what went in stays in when a later batch cannot be written.
 * @throws FileInvalid for a file that is none; DomainError unavailable when the database goes away
 */
export const importProducts = (deps: Deps) =>
  async function* (
    records: AsyncIterable<CsvRecord>,
    options: ImportOptions,
    by: Acting,
  ): AsyncGenerator<readonly RowReport[]> {
    const state: ImportState = {
      skus: new Set(),
      handles: new Set(),
      categories: categoryIndex(await deps.categories.all(), deps.ids),
      planned: new Map(),
      digits: minorDigits(deps.currency),
      act: { by, objectId: deps.ids.next() },
    }
    for await (const batch of batchesOf(groupsOf(records))) {
      yield await runBatch(deps, batch, options, state)
    }
  }
