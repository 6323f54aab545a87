/** A page of records as `GET /records` answers it. */
import { FACETS, type Item, type Labels, type Page } from '@mulu/registry-core'
import type { NodeCore } from '../core.ts'
import { type AgencyName, agencyName } from './agency-view.ts'
import { type AsOf, asOf } from './as-of.ts'
import { termLabel } from './labels.ts'

/** Characters of a description in a list; the record itself has all of it. */
const DESCRIPTION_CHARS_MAX = 300

/** A record in a list. */
export type ItemView = Omit<Item, 'ns' | 'agency'> & { readonly agency: AgencyName }

/** One counted value of a filter. */
export type FacetView = { readonly value: string; readonly label: Labels; readonly count: number }

/** The answer of `GET /records`. */
export type ListAnswer = {
  readonly total: number
  readonly items: readonly ItemView[]
  readonly next: string | null
  readonly facets: Readonly<Record<string, readonly FacetView[]>>
  readonly asOf: AsOf
}

/** A page with names and labels. */
export async function listAnswer(core: NodeCore, page: Page): Promise<ListAnswer> {
  const facets = FACETS.map((facet) => [
    facet,
    (page.facets[facet] ?? []).map(({ value, count }) => ({
      value,
      label: termLabel(core, facet, value),
      count,
    })),
  ])
  return {
    total: page.total,
    items: page.items.map((item) => itemView(core, item)),
    next: page.next,
    facets: Object.fromEntries(facets),
    asOf: await asOf(core),
  }
}

function itemView(core: NodeCore, { ns: _, ...item }: Item): ItemView {
  const texts = Object.entries(item.description).map(([tag, text]) => [tag, cut(text)])
  return {
    ...item,
    description: Object.fromEntries(texts),
    agency: agencyName(core, item.agency),
  }
}

/** Cuts between characters, never inside a surrogate pair. */
function cut(text: string): string {
  if (text.length <= DESCRIPTION_CHARS_MAX) return text
  return `${[...text.slice(0, DESCRIPTION_CHARS_MAX * 2)].slice(0, DESCRIPTION_CHARS_MAX).join('')}…`
}
