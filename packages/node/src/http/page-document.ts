/** Results of a search as the API shows them. */
import type {
  FilterName,
  Item,
  Labels,
  Moment,
  Page,
  ParsedQuery,
  Query,
} from '@mulu/registry-core'
import type { NodeContext } from '../node-context.ts'
import { type AsOf, asOf } from '../status/as-of.ts'
import { facetLabel } from '../status/facet-labels.ts'
import { type AgencyRef, agencyRef } from '../status/names.ts'
import { momentDocument } from './past-moment.ts'
import { type Marked, marksOf, readWords } from './query-words.ts'
import { helpWith, type NoResultHelp } from './search-help.ts'

/** A record in a list. */
export type ItemShown = Omit<Item, 'ns' | 'agency'> & {
  readonly agency: Pick<AgencyRef, 'id' | 'name' | 'code'>
  /** Only in the answer to a search for words. */
  readonly marks?: Marked
}

/** A page of results. */
export type PageShown = {
  readonly total: number
  /** The words and phrases of the search as they were understood. */
  readonly words: readonly string[]
  /** Only when nothing was found. */
  readonly help: (Omit<NoResultHelp, 'nearest'> & { readonly nearest: readonly ItemShown[] }) | null
  readonly items: readonly ItemShown[]
  readonly next: string | null
  readonly facets: Readonly<
    Record<
      string,
      readonly { readonly value: string; readonly label: Labels; readonly count: number }[]
    >
  >
  readonly past: ReturnType<typeof momentDocument> | null
  readonly asOf: AsOf
}

/** Shows a page of a query, now or of a moment. */
export async function pageDocument(
  context: NodeContext,
  query: Query,
  page: Page,
  at: Moment | undefined,
): Promise<PageShown> {
  const { profile, roster, catalogue } = context.store.registry
  const { q } = query
  const parsed = readWords(q, profile)
  const facets = Object.entries(page.facets).map(([name, rows]) => [
    name,
    (rows ?? []).map(({ value, count }) => ({
      value,
      label: facetLabel(profile, roster?.state, name as FilterName, value),
      count,
    })),
  ])
  return {
    total: page.total,
    words: parsed.words,
    help:
      page.total > 0 ? null : helpDocument(context, await helpWith(catalogue, query, parsed, at)),
    items: page.items.map((item) => itemDocument(context, item, parsed)),
    next: page.next,
    facets: Object.fromEntries(facets),
    past: at === undefined ? null : momentDocument(at),
    asOf: await asOf(context),
  }
}

function helpDocument(context: NodeContext, help: NoResultHelp): PageShown['help'] {
  const { profile } = context.store.registry
  const words = readWords(help.steps[0]?.q, profile)
  return { ...help, nearest: help.nearest.map((item) => itemDocument(context, item, words)) }
}

/** Shows a record in a list. */
export function itemDocument(context: NodeContext, item: Item, parsed: ParsedQuery): ItemShown {
  const { ns: _, agency, updatedMs, ...rest } = item
  const { id, name, code } = agencyRef(context.store.registry.roster?.state, agency)
  return {
    ...rest,
    agency: { id, name, code },
    updatedMs: Math.min(updatedMs, context.clock.now()),
    ...(parsed.node === undefined ? {} : { marks: marksOf(item, parsed) }),
  }
}
