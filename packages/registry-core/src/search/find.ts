/**
 * Finds what a query asks for. Every answer is of one moment: what is stored is read first, then
 * all parts are asked in one go; where the parts changed meanwhile, the query starts over.
 */
import type { Page } from '../catalogue/catalogue.ts'
import type { View } from '../record/view.ts'
import type { Store } from '../store/store.ts'
import { type Answer, answer } from './answer.ts'
import type { Asked } from './asked.ts'
import { encodeCursor, type SortKey } from './cursor.ts'
import type { Surroundings } from './filters.ts'
import type { Indexed } from './indexed.ts'
import { MissingBlock } from './lookup.ts'
import { readParts } from './read-parts.ts'
import { firstByTitle } from './title-order.ts'

/** A record and its entry differ for a moment while a batch is applied; later it is damage. */
const UNMOVED_MAX = 64

/** Where a query finds what it is answered from. */
export type Source = {
  /** The index as it is at the time of the call. */
  read(): Promise<Indexed>
  /** Whether it still is the one to answer from. */
  holds(indexed: Indexed): boolean
}

/** What finding rests on. */
export type FindContext = {
  readonly store: Store
  readonly around: Surroundings
}

/** A page before it is shown. */
export type Found = Omit<Page, 'items'> & { readonly views: readonly View[] }

type Place = { readonly ordinal: number; readonly key: SortKey }
type Matching = { readonly indexed: Indexed; readonly answer: Answer }

/** The page that is asked for. */
export async function find(context: FindContext, source: Source, asked: Asked): Promise<Found> {
  for (let unmoved = 0; ; ) {
    const matching = await match(context, source, asked)
    if (matching === undefined) continue
    const { indexed } = matching
    const { version } = indexed
    const page = await pageOf(context, asked, matching, unmoved >= UNMOVED_MAX)
    if (page !== undefined) return page
    if (source.holds(indexed) && indexed.version === version) unmoved++
  }
}

/** Reads again where segments were replaced meanwhile. */
export async function steadily<T>(
  source: Source,
  read: (indexed: Indexed) => Promise<T>,
): Promise<T> {
  for (;;) {
    const indexed = await source.read()
    const { version } = indexed
    try {
      return await read(indexed)
    } catch (error) {
      const isSame = source.holds(indexed) && indexed.version === version
      if (!(error instanceof MissingBlock) || isSame) throw error
    }
  }
}

async function match(
  { around }: FindContext,
  source: Source,
  asked: Asked,
): Promise<Matching | undefined> {
  const indexed = await source.read()
  const { version } = indexed
  const isSame = (): boolean => source.holds(indexed) && indexed.version === version
  try {
    const readers = await readParts(indexed, asked, around)
    if (!isSame()) return undefined
    return { indexed, answer: answer(asked, readers(), around.ownerOf) }
  } catch (error) {
    if (error instanceof MissingBlock && !isSame()) return undefined
    throw error
  }
}

/**
 * Undefined when a record on the page changed before it was read. With `isLast` what the index
 * and the records disagree on is shown as the records have it.
 */
async function pageOf(
  { store }: FindContext,
  asked: Asked,
  { indexed, answer: found }: Matching,
  isLast: boolean,
): Promise<Found | undefined> {
  const places =
    asked.sort === 'title' ? await byTitle(store, asked, indexed, found, isLast) : placesOf(found)
  const shown = places?.slice(0, asked.limit)
  const views = shown && (await shownViews(indexed, shown, isLast))
  if (places === undefined || views === undefined) return undefined
  const last = shown?.at(-1)
  const hasMore = places.length > asked.limit && last !== undefined
  const { weights } = found
  return {
    total: found.total,
    views,
    next: hasMore ? encodeCursor(asked.sort, { key: last.key, weights }) : null,
    facets: Object.fromEntries([...found.facets].map(([name, counts]) => [name, counts.sorted()])),
  }
}

async function byTitle(
  store: Store,
  asked: Asked,
  indexed: Indexed,
  { matches }: Answer,
  isLast: boolean,
): Promise<readonly Place[] | undefined> {
  const range = { limit: asked.limit + 1, after: asked.after?.key, isLast }
  const titled = await firstByTitle(store, indexed, matches, range)
  return titled?.map(({ ordinal, tie, title }) => ({
    ordinal,
    key: { text: title, numbers: [tie, ordinal] },
  }))
}

function placesOf({ ranked }: Answer): readonly Place[] {
  return ranked.map(({ part, doc, numbers }) => ({
    ordinal: part.columns.ordinals[doc] as number,
    key: { text: '', numbers },
  }))
}

async function shownViews(
  indexed: Indexed,
  places: readonly Place[],
  isLast: boolean,
): Promise<readonly View[] | undefined> {
  const forms = await indexed.forms(places.map((place) => place.ordinal))
  const views = await indexed.views(forms)
  const shown: View[] = []
  for (const [i, form] of forms.entries()) {
    const view = views[i]
    const isSame = form !== undefined && view !== undefined && view.etag === form.etag
    if (!isSame && !isLast) return undefined
    if (view !== undefined) shown.push(view)
  }
  return shown
}
